/** Which files are TFRecords by their names, which are shards of one set, and what dataset each set is. */
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { splitNamed } from '../../src/plugin-kit/splits.ts';

export type DatasetsBy = 'split' | 'folder' | 'one';

const ENDING = /\.(?:tf_?records?|tfrec|record|records)(?:\.(?:gz|gzip|zlib|z))?$/i;
const SHARD = /-\d{1,6}-of-\d{1,6}$/;

/** `a.tfrecord`, `a.record.gz`, `a.tfrecord-00000-of-00004`, `a-00000-of-00004.tfrecord`; else undefined. */
export function recordSetOf(file: string): string | undefined {
  const whole = file.replace(SHARD, '');
  if (ENDING.test(whole)) return whole.replace(ENDING, '').replace(SHARD, '');
  return undefined;
}

/** `train_label_map.pbtxt`, `labels.pbtxt`. */
export const isLabelMapName = (file: string): boolean => /\.pbtxt$/i.test(file);

/** File -> dataset. `files` are the record files, `maps` the label maps beside them. */
export function datasetsOf(
  files: readonly string[],
  maps: readonly string[],
  by: DatasetsBy,
): ReadonlyMap<string, string> {
  if (by !== 'split')
    return new Map(files.map((file) => [file, by === 'one' ? ONLY_DATASET : folderDataset(file)]));
  // The folder everything lies in says nothing about any of it.
  const base = commonFolder([...files, ...maps]);
  const sets = new Map(files.map((file) => [file, (recordSetOf(file) ?? file).slice(base.length)]));
  const all = [...new Set(sets.values())];
  return new Map(
    files.map((file) => {
      const set = sets.get(file) ?? '';
      return [file, (sayFolders(all) ? folderOf(set) : set) || ONLY_DATASET];
    }),
  );
}

/** `train/cards`, `valid/cards`: one name in several folders, each named after a split. */
function sayFolders(sets: readonly string[]): boolean {
  const stems = new Set(sets.map((set) => set.slice(set.lastIndexOf('/') + 1)));
  return (
    sets.length > 1 &&
    stems.size === 1 &&
    sets.every((set) => splitNamed(folderOf(set).replace(/^.*\//, '')) !== undefined)
  );
}

function folderOf(set: string): string {
  const slash = set.lastIndexOf('/');
  return slash < 0 ? '' : set.slice(0, slash);
}

/** With the slash at its end; empty at the root. */
function commonFolder(files: readonly string[]): string {
  let common = folderOf(files[0] ?? '');
  for (const file of files) {
    const folder = folderOf(file);
    while (common !== '' && folder !== common && !folder.startsWith(`${common}/`)) common = folderOf(common);
  }
  return common === '' ? '' : `${common}/`;
}

/** The label map nearest to a record file: in its folder or one above; of several the one named alike. */
export function nearestLabelMap(file: string, maps: readonly string[]): string | undefined {
  const stem = (recordSetOf(file) ?? file).replace(/^.*\//, '');
  let best: { map: string; rank: number } | undefined;
  for (const map of maps) {
    const shared = sharedFolders(file, map);
    const apart = file.split('/').length + map.split('/').length - 2 - 2 * shared;
    const alike = map.slice(map.lastIndexOf('/') + 1).startsWith(stem) ? 0.5 : 0;
    const rank = alike - apart;
    if (best === undefined || rank > best.rank) best = { map, rank };
  }
  return best?.map;
}

function sharedFolders(a: string, b: string): number {
  const [left, right] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  let shared = 0;
  while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared++;
  return shared;
}
