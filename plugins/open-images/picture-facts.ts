/** What the lists of pictures say: the subset, and where the picture came from. */
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { splitNamed } from '../../src/plugin-kit/splits.ts';
import type { PictureRows, Row } from './picture-rows.ts';
import { subsetNamed } from './tables.ts';

export type DatasetsBy = 'split' | 'folder' | 'one';

/** Column -> key of the item's metadata, and back. */
export const KEPT = {
  originalurl: 'OriginalURL',
  originallandingurl: 'OriginalLandingURL',
  license: 'License',
  authorprofileurl: 'AuthorProfileURL',
  author: 'Author',
  title: 'Title',
  rotation: 'Rotation',
} as const;

const MAX_TEXT = 4096;

export function datasetOf(picture: string, rows: PictureRows | undefined, by: DatasetsBy): string {
  if (by === 'one') return ONLY_DATASET;
  if (by === 'folder') return folderDataset(picture);
  const subset = rows?.images.map((row) => row.cell('subset')).find((one) => one !== '');
  if (subset !== undefined) return safe(subset) ?? folderDataset(picture);
  const folder = picture
    .split('/')
    .slice(0, -1)
    .findLast((one) => splitNamed(one) !== undefined);
  if (folder !== undefined) return folder;
  const rest: Row[] = rows === undefined ? [] : [...rows.boxes, ...rows.masks, ...rows.labels];
  for (const { table } of rest) {
    const named = subsetNamed(table.file);
    if (named !== undefined) return named;
  }
  return folderDataset(picture);
}

export function metaOf(rows: readonly Row[]): Record<string, unknown> | undefined {
  const meta: Record<string, unknown> = {};
  for (const row of rows)
    for (const [column, key] of Object.entries(KEPT)) {
      const text = row.cell(column).slice(0, MAX_TEXT);
      if (text !== '' && meta[key] === undefined) meta[key] = text;
    }
  return Object.keys(meta).length === 0 ? undefined : meta;
}

/** A dataset's path: no empty parts, nothing that leads elsewhere. */
function safe(subset: string): string | undefined {
  const parts = subset
    .slice(0, 200)
    .split(/[\\/]/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.length === 0 ? undefined : parts.join('/');
}
