/** Words for a file of a source that is not imported: on purpose (skipped) or because it cannot be (failed). Pure. */
import type { ReportLine } from '../../protocol/task.ts';
import { nameKind } from './file-names.ts';
import type { WalkEntry } from './walk-folder.ts';

/** A file or folder whose name says that it is no part of the dataset; undefined = it is. */
export function leftOutByName(path: string, name: string): ReportLine | undefined {
  switch (nameKind(name)) {
    case 'plain':
      return undefined;
    case 'task-file':
      return skipped(
        path,
        'SLY_FILE_TASK',
        'it says how to import the source and is not part of the dataset',
      );
    case 'junk':
    case 'marker':
      return skipped(path, 'SLY_FILE_JUNK', 'a desktop or tool left it there; it is not part of the dataset');
    case 'temp':
      return skipped(path, 'SLY_FILE_TEMP', 'it looks like an unfinished or backup file');
    case 'dot':
      return skipped(path, 'SLY_FILE_HIDDEN', 'names that begin with a dot are not imported');
  }
}

const LINK_HINT = 'Put the file itself there instead of a link.';

/** An entry of the disk that is no plain file or folder; undefined = it is one. */
export function refusedByKind(entry: WalkEntry): ReportLine | undefined {
  const { path, reason } = entry;
  switch (entry.kind) {
    case 'file':
    case 'folder':
      return undefined;
    case 'link':
      return failed(path, 'SLY_FILE_LINK', reason, LINK_HINT);
    case 'special':
      return failed(path, 'SLY_FILE_SPECIAL', reason);
    case 'bad-name':
      return failed(path, 'SLY_FILE_NAME', reason, 'Rename it, for example with convmv or detox.');
    case 'unreadable':
      return failed(path, 'SLY_FILE_UNREADABLE', reason, 'Give others read permission on it (chmod o+rX).');
  }
}

/** Plugins have rights of their own when the agent is root, so what others may not read they cannot. */
export function refusedByMode(entry: WalkEntry): ReportLine | undefined {
  const wanted = entry.kind === 'folder' ? 0o5 : 0o4;
  if (process.getuid?.() !== 0 || (entry.mode & wanted) === wanted) return undefined;
  const mode = (entry.mode & 0o777).toString(8).padStart(3, '0');
  return failed(
    entry.path,
    'SLY_FILE_UNREADABLE',
    `plugins may not read it (mode ${mode})`,
    'Let others read the source: chmod -R o+rX.',
  );
}

export function linkInArchive(path: string): ReportLine {
  return failed(path, 'SLY_FILE_LINK', 'it is a link, which is never made from an archive', LINK_HINT);
}

export function failed(file: string, code: string, message: string, hint?: string): ReportLine {
  return { status: 'failed', file, code, message, ...(hint === undefined ? {} : { hint }) };
}

function skipped(file: string, code: string, message: string): ReportLine {
  return { status: 'skipped', file, code, message };
}
