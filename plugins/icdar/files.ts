/** Which files of a source are ground truth, by their names and first lines. */
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { readCoordinates, readTranscription, readWordLine } from './text-line.ts';

export interface IcdarFiles {
  /** One a picture: `gt_img_12.txt`. */
  localisation: string[];
  /** One a folder of cut out words. */
  coordinates: string[];
  transcriptions: string[];
}

/** `gt_img_12.txt` -> `img_12`. */
export function pictureOf(file: string): string | undefined {
  return /(?:^|\/)gt_([^/]+)\.txt$/i.exec(file)?.[1];
}

/** `looks` bounds how many files are opened, for a detection. */
export async function findFiles(tree: SourceTree, looks = Number.POSITIVE_INFINITY): Promise<IcdarFiles> {
  const found: IcdarFiles = { localisation: [], coordinates: [], transcriptions: [] };
  let left = looks;
  for (const { path, size } of tree.files) {
    if (!/\.txt$/i.test(path)) continue;
    const localisation = pictureOf(path) !== undefined;
    // The test set's file is called Challenge4_Test_Task3_GT.txt.
    if (!localisation && !/(?:coords|gt)\.txt$/i.test(path)) continue;
    if (left-- <= 0) break;
    // A picture without any word has an empty file.
    if (size === 0) {
      if (localisation) found.localisation.push(path);
      continue;
    }
    const line = firstLine(await tree.head(path, 4096));
    if (typeof readCoordinates(line) !== 'string') found.coordinates.push(path);
    else if (typeof readTranscription(line) !== 'string') found.transcriptions.push(path);
    else if (localisation) found.localisation.push(path);
  }
  return found;
}

export async function beginsWithWord(tree: SourceTree, file: string): Promise<boolean> {
  return typeof readWordLine(firstLine(await tree.head(file, 4096))) !== 'string';
}

function firstLine(head: Buffer): string {
  return (
    head
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
      .find((line) => line.trim() !== '') ?? ''
  );
}
