/** The tables of one subset; each is made when its first row comes. */
import { csvCell } from '../../src/plugin-kit/csv.ts';
import type { ArchiveWriter } from '../../src/plugin-kit/plugin.ts';
import { FLAGS } from './box-labels.ts';
import { KEPT } from './picture-facts.ts';

const COLUMNS = {
  'annotations-bbox': [
    'ImageID',
    'Source',
    'LabelName',
    'Confidence',
    'XMin',
    'XMax',
    'YMin',
    'YMax',
    ...Object.values(FLAGS),
  ],
  'annotations-object-segmentation': [
    'MaskPath',
    'ImageID',
    'LabelName',
    'BoxID',
    'BoxXMin',
    'BoxXMax',
    'BoxYMin',
    'BoxYMax',
    'PredictedIoU',
    'Clicks',
  ],
  'annotations-human-imagelabels': ['ImageID', 'Source', 'LabelName', 'Confidence'],
  'images-with-rotation': [
    'ImageID',
    'Subset',
    ...Object.values(KEPT).filter((name) => name !== 'Rotation'),
    'OriginalSize',
    'OriginalMD5',
    'Thumbnail300KURL',
    'Rotation',
  ],
} as const;

export type TableName = keyof typeof COLUMNS;

export interface SubsetFiles {
  /** Values by column; what is left out is empty. */
  row(table: TableName, values: Readonly<Record<string, string | number>>): Promise<void>;
  end(): Promise<void>;
}

export function createSubsetFiles(archive: ArchiveWriter, subset: string): SubsetFiles {
  const open = new Map<TableName, Awaited<ReturnType<ArchiveWriter['open']>>>();
  return {
    async row(table, values) {
      let file = open.get(table);
      if (file === undefined) {
        file = await archive.open(`annotations/${subset.replaceAll('/', '_')}-${table}.csv`);
        open.set(table, file);
        await file.write(`${COLUMNS[table].join(',')}\n`);
      }
      const cells = COLUMNS[table].map((column) => csvCell(String(values[column] ?? '')));
      await file.write(`${cells.join(',')}\n`);
    },
    async end() {
      for (const file of open.values()) await file.end();
      open.clear();
    },
  };
}
