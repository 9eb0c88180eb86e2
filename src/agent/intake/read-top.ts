/** The entries of the upload folder: which are sources, which are not and why. */
import { errnoOf } from '../../lib/errors.ts';
import { MARKER, nameKind, printable, TASK_FILE } from './file-names.ts';
import { lookAtFile, readNames } from './walk-folder.ts';

export interface TopEntry {
  name: string;
  isFolder: boolean;
  /** Why it is not a source, for the person who put it there; undefined = it is one. */
  ignored: { reason: string; hint: string } | undefined;
  /** Why it is not complete yet, as far as the top level can tell. */
  holding: string | undefined;
  /** Name of its task file beside it. */
  taskFile: string | undefined;
}

export type Top = ReadonlyMap<string, TopEntry>;

const TASK_ENDING = `.${TASK_FILE}`;

/** Throws when the folder cannot be read. */
export async function readTop(folder: string): Promise<Top> {
  const listed = await readNames(folder);
  const names = new Set(listed.map(({ name }) => name));
  const entries = new Map<string, TopEntry>();
  for (const { name, isText } of listed) {
    const entry = isText ? topEntry(folder, name, names) : badName(name);
    if (entry !== undefined) entries.set(name, entry);
  }
  return entries;
}

function topEntry(folder: string, name: string, names: ReadonlySet<string>): TopEntry | undefined {
  const kind = nameKind(name);
  if (kind === 'junk' || kind === 'dot' || kind === 'marker') return undefined;
  if (kind === 'temp' && name.startsWith('.')) return undefined;
  if (name.endsWith(TASK_ENDING) || name.endsWith(MARKER)) return undefined;
  const base = entryOf(name);
  if (kind === 'task-file') {
    return ignore(
      base,
      'a task file belongs to one source',
      `Put it inside the folder, or name it <source>.${TASK_FILE}.`,
    );
  }
  let look: ReturnType<typeof lookAtFile>;
  try {
    look = lookAtFile(`${folder}/${name}`);
  } catch (error) {
    return ignore(
      base,
      `it cannot be looked at (${errnoOf(error) ?? String(error)})`,
      'Check its permissions.',
    );
  }
  if (look === undefined) return undefined;
  if (look.kind === 'link')
    return ignore(
      base,
      'it is a symbolic link, which is never followed',
      'Move or copy the data here instead.',
    );
  if (look.kind !== 'file' && look.kind !== 'folder')
    return ignore(base, look.reason, 'Only folders, archives and plain files are imported.');
  base.isFolder = look.kind === 'folder';
  if (names.has(`${name}${TASK_ENDING}`)) base.taskFile = `${name}${TASK_ENDING}`;
  if (kind === 'temp') base.holding = 'its own name is that of an unfinished file';
  else if (names.has(`${name}${MARKER}`))
    base.holding = `the marker ${printable(name)}${MARKER} beside it says that the upload goes on`;
  else if (names.has(MARKER)) base.holding = `the marker ${MARKER} beside it says that the upload goes on`;
  return base;
}

function badName(name: string): TopEntry {
  return ignore(entryOf(name), 'its name is not valid UTF-8', 'Rename it, for example with convmv or detox.');
}

function ignore(base: TopEntry, reason: string, hint: string): TopEntry {
  return { ...base, ignored: { reason, hint } };
}

function entryOf(name: string): TopEntry {
  return { name, isFolder: false, ignored: undefined, holding: undefined, taskFile: undefined };
}
