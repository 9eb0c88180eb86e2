/** Whether a folder holds LabelMe JSON: a look at a few files and for the pictures beside them. */
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { createPictureFinder } from './find-picture.ts';
import { isJsonName, looksLikeLabelMe, readLabelMeFile } from './labelme-file.ts';

const LOOKED_AT = 12;
/** Larger ones (with the picture inside) are judged by their edges. */
const READ_BYTES = 4 << 20;

export async function detectLabelMe({ tree }: DetectContext): Promise<Verdict> {
  const files = tree.files.filter((file) => isJsonName(file.path) && file.size > 0);
  if (files.length === 0) return { confidence: 0, because: 'there is no JSON file' };
  let marked: string | undefined;
  // Not the first ones only: a tree may have settings of something before them.
  const step = Math.max(1, Math.floor(files.length / LOOKED_AT));
  for (let i = 0; i < files.length && i / step < LOOKED_AT; i += step) {
    const file = files[i];
    if (file === undefined || !(await looksLikeLabelMe(tree, file))) continue;
    if (file.size > READ_BYTES)
      return { confidence: 0.93, because: `${file.path} has shapes and a picture inside` };
    const read = readLabelMeFile(parsed(await tree.text(file.path, READ_BYTES)));
    if (read === undefined) continue;
    marked ??= file.path;
    if (createPictureFinder(tree)(file.path, read.imagePath) !== undefined)
      return { confidence: 0.95, because: `${file.path} has shapes, and its picture is there` };
    if (read.imageData !== undefined)
      return { confidence: 0.93, because: `${file.path} has shapes and a picture inside` };
  }
  if (marked !== undefined)
    return { confidence: 0.6, because: `${marked} has shapes as LabelMe writes them, but no picture` };
  return { confidence: 0, because: `${files[0]?.path} has no shapes with an imagePath or imageData` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}
