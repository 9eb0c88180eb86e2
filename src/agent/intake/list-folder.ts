/** A look into the upload folder for the page that lets a person pick from it: names below it, never a link. */
import path from 'node:path';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { joinWithoutLinks } from '../../lib/no-links.ts';
import { nameKind, printable } from './file-names.ts';
import { lookAtFile, readNames } from './walk-folder.ts';

export interface ListedEntry {
  name: string;
  kind: 'file' | 'folder';
  /** Bytes; 0 for a folder. */
  size: number;
  /** ISO-8601 UTC. */
  modifiedAt: string;
}

export interface Listing {
  entries: ListedEntry[];
  /** There is more than is listed. */
  more: boolean;
}

const MAX_ENTRIES = 1000;

/** `relative` is '' or a path below the folder. Throws SLY_PATH_ESCAPES, SLY_NOT_FOUND, SLY_FORBIDDEN. */
export async function listFolder(uploadFolder: string, relative: string): Promise<Listing> {
  const folder = await joinWithoutLinks(uploadFolder, relative);
  const isHidden = path
    .relative(uploadFolder, folder)
    .split(path.sep)
    .some((part) => part.startsWith('.'));
  if (isHidden || lookAtFile(folder)?.kind !== 'folder')
    throw new SlyError('SLY_NOT_FOUND', {
      detail: `expected a folder, got ${JSON.stringify(printable(relative))}`,
    });
  try {
    return list(folder, await readNames(folder));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'EACCES' && errno !== 'EPERM') throw error;
    throw new SlyError('SLY_FORBIDDEN', {
      detail: `${printable(relative)} cannot be read by the agent`,
      hint: 'Give its user read and search permission on the folder.',
      cause: error,
    });
  }
}

function list(folder: string, names: Awaited<ReturnType<typeof readNames>>): Listing {
  const entries: ListedEntry[] = [];
  for (const { name, isText } of names) {
    const kind = nameKind(name);
    if (!isText || (kind !== 'plain' && kind !== 'task-file')) continue;
    const look = lookAtFile(path.join(folder, name));
    if (look?.kind !== 'file' && look?.kind !== 'folder') continue;
    if (entries.length === MAX_ENTRIES) return { entries, more: true };
    entries.push({
      name,
      kind: look.kind,
      size: look.kind === 'file' ? look.size : 0,
      modifiedAt: new Date(Number(look.mtimeNs / 1_000_000n)).toISOString(),
    });
  }
  return { entries, more: false };
}
