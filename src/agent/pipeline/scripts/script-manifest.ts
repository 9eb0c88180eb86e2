/** What a script says of itself: its file name, and `<same name>.json` beside it for whoever wants to say more. Pure. */
import { Type } from 'typebox';
import { Compile } from 'typebox/schema';
import { nearest } from '../../../lib/nearest.ts';
import { createParser } from '../../../lib/schema.ts';
import { type Manifest, ManifestSchema } from '../../../protocol/plugin.ts';
import { PROJECT_TYPES } from '../../../protocol/project-type.ts';
import { refusal } from './read-bounded.ts';

const { resources, limits, network } = ManifestSchema.properties;
const SidecarSchema = Type.Object({
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  options: Type.Optional(Type.Object({ export: Type.Optional(Type.Record(Type.String(), Type.Unknown())) })),
  network,
  resources,
  limits,
});
const sidecars = createParser(SidecarSchema, 'SLY_PLUGIN_MANIFEST');

/** Keys by the object they stand in; '' is the whole. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(SidecarSchema.properties),
  options: ['export'],
  resources: Object.keys(resources.properties),
  limits: Object.keys(limits.properties),
};

/** Largest name a plugin may have. */
const NAME_LENGTH = 41;

/** The name for machines: latin letters and digits of the file name, with dashes; '' when it has none. */
export function nameOfScript(file: string): string {
  return bare(file)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, NAME_LENGTH)
    .replace(/-$/, '');
}

/** Its file name has the word "Download". */
export const isDownload = (file: string): boolean => /download/i.test(bare(file));

/** `sidecar`: text of the JSON file, if there is one. Throws SLY_PLUGIN_MANIFEST that names the wrong key. */
export function scriptManifest(file: string, digest: string, sidecar: string | undefined): Manifest {
  const said = sidecar === undefined ? {} : readSidecar(sidecar);
  const { title = titleOf(file), description = `Script ${file}`, ...rest } = said;
  return {
    ...rest,
    name: nameOfScript(file),
    // A script has no versions: its bytes tell one from the other.
    version: `0.0.0+${digest.slice('sha256:'.length).slice(0, 12)}`,
    title,
    description,
    actions: ['export'],
    modalities: [...PROJECT_TYPES],
    network: said.network ?? 'none',
    options: {
      export: said.options?.export ?? { type: 'object', properties: {}, additionalProperties: false },
    },
  };
}

const bare = (file: string): string => file.replace(/\.py$/, '');

function titleOf(file: string): string {
  const words = bare(file).replaceAll('_', ' ').replace(/\s+/g, ' ').trim();
  return words === '' ? file : words;
}

function readSidecar(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(`its .json is not valid JSON: ${(error as Error).message}`);
  }
  for (const [key, known] of Object.entries(KEYS))
    assertKnown(key, key === '' ? value : (value as Record<string, unknown> | null)?.[key], known);
  const said = sidecars.parse(value, 'its .json');
  if (said.options?.export !== undefined) assertFormSchema(said.options.export);
  return said;
}

function assertKnown(where: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const close = nearest(unknown, known);
  const hint = close === undefined ? `known are ${known.join(', ')}` : `did you mean ${close}?`;
  throw refusal(
    `its .json has an unknown key ${JSON.stringify(where === '' ? unknown : `${where}.${unknown}`)}; ${hint}`,
  );
}

/** The form on the page is made of it, and what is given is checked against it. */
function assertFormSchema(schema: Record<string, unknown>): void {
  if (schema.type !== 'object')
    throw refusal(`options.export.type: expected "object", got ${JSON.stringify(schema.type) ?? 'nothing'}`);
  try {
    Compile(schema).Check({});
  } catch (error) {
    throw refusal(`options.export is not a JSON Schema: ${(error as Error).message}`);
  }
}
