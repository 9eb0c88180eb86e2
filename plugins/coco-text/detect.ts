/** Whether a source holds COCO-Text: by the JSON files and whether there are pictures. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { findCocoText } from './find-file.ts';

const LOOKED_AT = 24;

export async function detectCocoText({ tree }: DetectContext): Promise<Verdict> {
  const [file] = await findCocoText(tree, LOOKED_AT);
  if (file === undefined) return { confidence: 0, because: 'no JSON file has "imgs" and "anns" with texts' };
  if (!tree.files.some(({ path }) => isImageName(path)))
    return { confidence: 0, because: `${file} has the words of COCO-Text, but there are no pictures` };
  return { confidence: 0.95, because: `${file} has "imgs" and "anns" with the texts of words` };
}
