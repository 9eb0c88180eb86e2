/** Which files go how. Pure: the files here, those the server has, and the jobs that make up for the difference. */

/** Smaller files share requests. */
export const SMALL_BYTES = 1 << 20;
const GROUP_BYTES = 8 << 20;
const GROUP_FILES = 250;
/** What one task can name: the server refuses a longer list at the end, so it is refused at the start. */
const MOST_LIST_BYTES = 15 << 20;

export interface LocalFile {
  path: string;
  size: number;
  modifiedAt: number;
}

export interface ServerFile extends LocalFile {
  stored: boolean;
  received: number;
  address?: string | null;
}

/** Numbers are places in the list of files. */
export type Job = { kind: 'group'; files: number[] } | { kind: 'large'; file: number; address?: string };

export interface Plan {
  jobs: Job[];
  /** Files that are on the server already. */
  known: number[];
}

/** A file is the same when path, size and time are. Large ones go first: they decide when it is over. */
export function planUpload(files: readonly LocalFile[], there: readonly ServerFile[]): Plan {
  const byPath = new Map(there.map((one) => [one.path, one]));
  const known: number[] = [];
  const large: Job[] = [];
  const groups: { kind: 'group'; files: number[] }[] = [];
  let room = 0;
  for (const [at, file] of files.entries()) {
    const found = byPath.get(file.path);
    const same = found?.size === file.size && found.modifiedAt === file.modifiedAt ? found : undefined;
    if (same?.stored === true) known.push(at);
    else if (file.size >= SMALL_BYTES)
      large.push({ kind: 'large', file: at, ...(same?.address != null && { address: same.address }) });
    else {
      let group = groups.at(-1);
      if (group === undefined || room < file.size || group.files.length >= GROUP_FILES) {
        group = { kind: 'group', files: [] };
        groups.push(group);
        room = GROUP_BYTES;
      }
      group.files.push(at);
      room -= file.size;
    }
  }
  return { jobs: [...large, ...groups], known };
}

/** The longest list a task can carry, about a hundred thousand files. */
export function tooMany(files: readonly LocalFile[]): boolean {
  let bytes = 0;
  for (const { path } of files) bytes += path.length + 110;
  return bytes > MOST_LIST_BYTES;
}
