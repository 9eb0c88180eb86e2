/**
 * The scripts folder as it is right now. Looked at whenever plugins are listed or a task starts, so that a new or
 * changed script needs no restart; a file is read again only when its place on the disk says it changed. What cannot be
 * taken is left out with a reason, and takes nothing else with it.
 */
import { type BigIntStats, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, SlyError } from '../../../lib/errors.ts';
import { sha256Of } from '../../../lib/hash.ts';
import { isInside } from '../../../lib/safe-path.ts';
import type { Manifest } from '../../../protocol/plugin.ts';
import type { ScriptsState } from '../../../protocol/script.ts';
import type { ScriptSource } from '../../ports/plugins.ts';
import { readBounded, refusal } from './read-bounded.ts';
import { isDownload, nameOfScript, scriptManifest } from './script-manifest.ts';

export interface FoundScript {
  manifest: Manifest;
  script: ScriptSource;
}

export interface ScriptFolder {
  /** `isTaken`: names of other plugins. Never throws. */
  look(isTaken: (name: string) => boolean): { found: FoundScript[]; state: ScriptsState };
}

export const MAX_SCRIPT_BYTES = 1 << 20;
const MAX_SIDECAR_BYTES = 64 << 10;
/** All manifests travel in one message of the link, which has a largest size; so do the reasons. */
const MAX_SIDECARS_BYTES = 256 << 10;
const MOST_SCRIPTS = 100;
const MOST_REFUSED = 50;
const REASON_LENGTH = 400;

export function createScriptFolder(options: {
  /** May be missing. */
  folder: string;
  /** What a script may ask for here. */
  network: 'none' | 'platform';
}): ScriptFolder {
  const { folder, network } = options;
  let kept = new Map<string, KeptScript>();

  function look(isTaken: (name: string) => boolean): { found: FoundScript[]; state: ScriptsState } {
    const refused: ScriptsState['refused'] = [];
    const refuse = (file: string, error: unknown): void => {
      if (refused.length < MOST_REFUSED) refused.push({ file, reason: reasonOf(error) });
    };
    const next = new Map<string, KeptScript>();
    let room = MAX_SIDECARS_BYTES;
    let files: string[] = [];
    try {
      files = scriptFiles(folder);
    } catch (error) {
      refuse(path.basename(folder), error);
    }
    for (const [file, sharing] of withNames(files.slice(0, MOST_SCRIPTS))) {
      try {
        assertFreeName(file, sharing, isTaken);
        const one = readScript(file);
        if (one.sidecarBytes > room)
          throw refusal(
            `the .json files of all scripts together are larger than ${MAX_SIDECARS_BYTES >> 10} KiB`,
          );
        room -= one.sidecarBytes;
        if (one.script.manifest.network === 'platform' && network === 'none')
          throw refusal('it asks for network: platform, which script_network: none forbids on this agent');
        next.set(file, one);
      } catch (error) {
        refuse(file, error);
      }
    }
    for (const file of files.slice(MOST_SCRIPTS))
      refuse(file, refusal(`only the first ${MOST_SCRIPTS} scripts by name are taken`));
    kept = next;
    return { found: [...next.values()].map(({ script }) => script), state: { folder, refused } };
  }

  function readScript(file: string): KeptScript {
    const source = placeOf(folder, file);
    const sidecar = sidecarOf(folder, file);
    const stamp = [source, ...(sidecar === undefined ? [] : [sidecar])].map(stampOf).join(' ');
    const known = kept.get(file);
    if (known?.stamp === stamp) return known;
    const digest = `sha256:${sha256Of(readBounded(source, MAX_SCRIPT_BYTES))}`;
    const said = sidecar === undefined ? undefined : readBounded(sidecar, MAX_SIDECAR_BYTES);
    const manifest = scriptManifest(file, digest, said?.toString('utf8'));
    return {
      stamp,
      sidecarBytes: said?.length ?? 0,
      script: { manifest, script: { file, download: isDownload(file), path: source, digest } },
    };
  }

  return { look };
}

interface KeptScript {
  /** Of the files as they were read. */
  stamp: string;
  sidecarBytes: number;
  script: FoundScript;
}

/** Names of files that end in `.py` and are not hidden, in order; folders are left alone. */
function scriptFiles(folder: string): string[] {
  let entries: ReturnType<typeof readEntries>;
  try {
    entries = readEntries(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  const files = entries
    .filter((entry) => !entry.isDirectory() && /^[^.].*\.py$/s.test(entry.name))
    .map((entry) => entry.name)
    .sort();
  // Whoever can put a file there has it run on everybody's projects.
  if (files.length > 0 && (statSync(folder).mode & 0o002) !== 0)
    throw refusal('every user of this machine may put scripts there: take that away with chmod o-w');
  return files;
}

const readEntries = (folder: string) => readdirSync(folder, { withFileTypes: true });

/** Each with the files of the same machine name beside it. */
function withNames(files: readonly string[]): [file: string, sharing: string[]][] {
  const byName = Map.groupBy(files, nameOfScript);
  return files.map((file) => [file, (byName.get(nameOfScript(file)) ?? []).filter((one) => one !== file)]);
}

function assertFreeName(file: string, sharing: readonly string[], isTaken: (name: string) => boolean): void {
  const name = nameOfScript(file);
  if (name === '') throw refusal('its name has no latin letter or digit to call it by: rename it');
  if (isTaken(name)) throw refusal(`a plugin is called ${name} already: rename the script`);
  if (sharing.length > 0)
    throw refusal(
      `${sharing.map((one) => JSON.stringify(one)).join(', ')} would be called ${name} too: rename one`,
    );
}

/** Where the file really is: a link may lead to another file of the folder, and nowhere else. */
function placeOf(folder: string, file: string): string {
  const given = path.join(folder, file);
  if (!lstatSync(given).isSymbolicLink()) return path.join(realpathSync(folder), file);
  const real = realpathSync(given);
  if (isInside(realpathSync(folder), real)) return real;
  throw refusal('it is a link that leads out of the scripts folder: copy the file there instead');
}

function sidecarOf(folder: string, file: string): string | undefined {
  try {
    return placeOf(folder, `${file.slice(0, -'.py'.length)}.json`);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function stampOf(file: string): string {
  const { dev, ino, size, mode, mtimeNs, ctimeNs }: BigIntStats = lstatSync(file, { bigint: true });
  return [file, dev, ino, size, mode, mtimeNs, ctimeNs].join(':');
}

function reasonOf(error: unknown): string {
  const reason =
    error instanceof SlyError
      ? error.detail
      : `it cannot be read: ${errnoOf(error) ?? (error as Error).message}`;
  return reason.slice(0, REASON_LENGTH);
}
