/** `obj.data` (where the names and lists of pictures are) and files with one class name a line. */
import type { Split } from '../../src/plugin-kit/splits.ts';
import { folderOf, joinPath, type YoloConfig } from './config.ts';

const NAME_FILES = /^(?:classes\.txt|classes\.names|obj\.names|_darknet\.labels|.*\.names)$/i;
const DATA_FILES = /\.data$/i;
const MAX_NAMES = 100_000;
const MAX_NAME = 500;

export const isNameFile = (base: string): boolean => NAME_FILES.test(base);
export const isDataFile = (base: string): boolean => DATA_FILES.test(base);

/** Undefined when a line is no name: empty ones at the end do not count. */
export function readNameFile(text: string): Map<number, string> | undefined {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0 || lines.length > MAX_NAMES || lines.some((line) => line.length > MAX_NAME))
    return undefined;
  return new Map(lines.map((line, i) => [i, line === '' ? `class_${i}` : line]));
}

export function nameFileConfig(file: string, names: ReadonlyMap<number, string>): YoloConfig {
  const folder = folderOf(file);
  // Label tools leave it among the labels, which lie beside their pictures' folder.
  const folders = /(?:^|\/)labels?$/i.test(folder) ? [folder, folderOf(folder)] : [folder];
  return { file, rank: 2, folders, names, colors: new Map(), keypoints: undefined, splits: [] };
}

export interface DataFile {
  names: string | undefined;
  splits: { split: Split; entries: string[] }[];
}

const KEYS: Readonly<Record<string, Split>> = { train: 'train', valid: 'val', val: 'val', test: 'test' };

/** Lines `key = value`; undefined when it has neither names nor lists. */
export function readDataFile(text: string): DataFile | undefined {
  const found: DataFile = { names: undefined, splits: [] };
  for (const line of text.slice(0, 1 << 20).split(/\r\n|\n|\r/)) {
    const [, key = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const split = KEYS[key];
    if (key === 'names' && value !== '') found.names = value;
    else if (split !== undefined && value !== '') found.splits.push({ split, entries: [value] });
  }
  return found.names === undefined && found.splits.length === 0 ? undefined : found;
}

/** Paths in it are those of the machine it was made on: the longest end of one that is here is meant. */
export function findByEnd(
  written: string,
  folder: string,
  isThere: (path: string) => boolean,
): string | undefined {
  const parts = written.split(/[\\/]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
  const direct = joinPath(folder, written);
  if (direct !== undefined && isThere(direct)) return direct;
  for (let from = 0; from < parts.length; from++) {
    const end = parts.slice(from).join('/');
    for (let at = folder; ; at = folderOf(at)) {
      const path = at === '' ? end : `${at}/${end}`;
      if (isThere(path)) return path;
      if (at === '') break;
    }
  }
  return undefined;
}
