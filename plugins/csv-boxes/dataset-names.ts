/** Which dataset a picture is in: by a column, by folders that name a split, by the table's name, by its folder. */
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { splitNamed } from '../../src/plugin-kit/splits.ts';
import type { Row } from './row-labels.ts';

export type DatasetsBy = 'split' | 'folder' | 'one';

export function datasetOf(picture: string, rows: readonly Row[], by: DatasetsBy): string {
  if (by === 'one') return ONLY_DATASET;
  const folder = folderDataset(picture);
  if (by === 'folder') return folder;
  for (const { table, cells } of rows) {
    const told = table.columns.split === undefined ? undefined : plainName(cells[table.columns.split] ?? '');
    if (told !== undefined) return told;
  }
  if (folder.split('/').some((part) => splitNamed(part) !== undefined)) return folder;
  for (const { table } of rows) {
    const named = splitIn(table.file);
    if (named !== undefined) return named;
  }
  return folder;
}

/** `train_labels.csv`, `labels-val.csv`. */
function splitIn(file: string): string | undefined {
  const base = file.slice(file.lastIndexOf('/') + 1).toLowerCase();
  return /(?:^|[-_. ])(train|training|val|valid|validation|test)(?=[-_. ])/.exec(base)?.[1];
}

function plainName(cell: string): string | undefined {
  const name = cell
    .slice(0, 100)
    .replace(/[\\/]+/g, '_')
    .trim();
  return name === '' || name === '.' || name === '..' ? undefined : name;
}
