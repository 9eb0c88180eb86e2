/** Import: pictures with words first, then the pictures of single words, then what nobody describes. */
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { createLabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { findFiles } from './files.ts';
import { importLocalisation } from './import-localisation.ts';
import { importWords } from './import-words.ts';
import { folderSplit } from './match-split.ts';

export async function importIcdar(ctx: ImportContext): Promise<void> {
  const items = createLabelledItems(ctx);
  const files = await findFiles(ctx.tree);
  const datasetOf = (picture: string): string => datasetBy(ctx.options.datasets, picture);
  await importLocalisation(ctx, items, files.localisation, datasetOf);
  await importWords(ctx, items, files, datasetOf);
  await items.addRest('a line or file of ground truth', datasetOf);
  await items.finish();
}

function datasetBy(by: unknown, picture: string): string {
  if (by === 'one') return ONLY_DATASET;
  if (by === 'folder') return folderDataset(picture);
  return folderSplit(picture) ?? ONLY_DATASET;
}
