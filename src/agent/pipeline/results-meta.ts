/** The meta.json a plugin left in its results, and the type of project it says. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../../format/problem.ts';
import { SlyError } from '../../lib/errors.ts';
import type { Manifest } from '../../protocol/plugin.ts';
import type { ProjectType } from '../../protocol/project-type.ts';

const MAX_META_BYTES = 64 << 20;

/** Undefined when there is none (yet). Throws SLY_PLUGIN_OUTPUT. */
export async function readResultsMeta(results: string): Promise<unknown> {
  const file = (await classicMetaFile(results)) ?? path.join(results, 'meta.json');
  const stat = await lstat(file).catch(() => undefined);
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > MAX_META_BYTES) {
    throw new SlyError('SLY_PLUGIN_OUTPUT', {
      detail: `meta.json: expected a regular file below ${MAX_META_BYTES} bytes`,
    });
  }
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new SlyError('SLY_PLUGIN_OUTPUT', {
      detail: `meta.json is not JSON: ${(cause as Error).message}`,
      cause,
    });
  }
}

/**
 * A plugin for one kind of project makes that one, whatever its meta.json says. Of a plugin for several the meta.json
 * says which, and must name one of them; without a word it is the first.
 */
export async function projectTypeOf(
  results: string,
  { name, modalities }: Pick<Manifest, 'name' | 'modalities'>,
): Promise<ProjectType> {
  const first = modalities[0] ?? 'images';
  if (modalities.length === 1) return first;
  const meta = await readResultsMeta(results);
  const said = isRecord(meta) ? (meta.projectType ?? first) : first;
  const type = modalities.find((one) => one === said);
  if (type !== undefined) return type;
  throw new SlyError('SLY_PLUGIN_OUTPUT', {
    detail: `meta.json: projectType: ${name} makes ${modalities.join(', ')}, got ${JSON.stringify(said)}`,
  });
}

/** `results/<project>/meta.json` of the classic form, when it is a regular file. */
async function classicMetaFile(results: string): Promise<string | undefined> {
  const entries = await readdir(results, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const folder of folders.sort()) {
    const file = path.join(results, folder, 'meta.json');
    if ((await lstat(file).catch(() => undefined))?.isFile() === true) return file;
  }
  return undefined;
}
