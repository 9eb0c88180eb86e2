/** What a file's name alone says about it. Pure. */

export const TASK_FILE = 'sly-task.yaml';
export const MARKER = '.uploading';

/**
 * `plain` belongs to the dataset. `task-file` tells how to import it. `marker` and `temp`: somebody is still
 * writing. `junk` was left by a desktop or a tool and means nothing. `dot`: any other name with a leading dot.
 */
export type NameKind = 'plain' | 'task-file' | 'marker' | 'temp' | 'junk' | 'dot';

const JUNK = new Set(
  [
    '.DS_Store',
    '.AppleDouble',
    '.Spotlight-V100',
    '.TemporaryItems',
    '.fseventsd',
    '.directory',
    '.thumbnails',
    '.git',
    '.gitignore',
    '.gitattributes',
    '.gitkeep',
    '.gitmodules',
    '.keep',
    '.svn',
    '.hg',
    '.dvc',
    '.dvcignore',
    '.ipynb_checkpoints',
    '.idea',
    '.vscode',
    '.cache',
    '__MACOSX',
    'Thumbs.db',
    'ehthumbs.db',
    'desktop.ini',
    'lost+found',
    '@eaDir',
    '#recycle',
    '$RECYCLE.BIN',
    'System Volume Information',
  ].map((name) => name.toLowerCase()),
);

const TEMP_ENDINGS = /(?:\.(?:part|partial|tmp|crdownload|filepart|opdownload|swp|swo|swx)|~)$/i;
const TEMP_STARTS =
  /^(?:\.~lock\.|~\$|\.goutputstream-|\.syncthing\.|\.fuse_hidden|\.nfs[0-9a-f]{8}|\.rsync-partial$|\.~tmp~$)/;
/** rsync writes `.name.Ab3xYz`; the digit or capital tells it from a name like `.config.backup`. */
const RSYNC_TEMP = /^\..+\.(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{6}$/;

export function nameKind(name: string): NameKind {
  if (name === TASK_FILE) return 'task-file';
  if (name === MARKER) return 'marker';
  if (JUNK.has(name.toLowerCase()) || name.startsWith('._') || name.startsWith('.Trash')) return 'junk';
  if (TEMP_ENDINGS.test(name) || TEMP_STARTS.test(name) || RSYNC_TEMP.test(name)) return 'temp';
  return name.startsWith('.') ? 'dot' : 'plain';
}

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz' | 'tar.zst';

const ARCHIVES: readonly [ending: string, kind: ArchiveKind][] = [
  ['.tar.gz', 'tar.gz'],
  ['.tar.zst', 'tar.zst'],
  ['.tgz', 'tar.gz'],
  ['.tzst', 'tar.zst'],
  ['.tar', 'tar'],
  ['.zip', 'zip'],
];

export function archiveKind(name: string): ArchiveKind | undefined {
  const lower = name.toLowerCase();
  return ARCHIVES.find(([ending]) => lower.endsWith(ending) && lower.length > ending.length)?.[1];
}

/** The name without the ending of an archive or a file; never empty. */
export function stemOf(name: string, isFolder: boolean): string {
  if (isFolder) return name;
  const lower = name.toLowerCase();
  const archive = ARCHIVES.find(([ending]) => lower.endsWith(ending));
  const cut = archive === undefined ? name.lastIndexOf('.') : name.length - archive[0].length;
  return cut > 0 ? name.slice(0, cut) : name;
}

/** A name as one line of text: control and direction characters and bytes that are no UTF-8 are made visible. */
export function printable(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
