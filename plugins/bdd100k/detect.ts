/** Whether a source holds BDD100K: by the first bytes of its JSON files, and whether a picture they name is there. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createImageMatcher, createStemMatcher } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { findBddFiles, firstName } from './find-files.ts';

const LOOKED_AT = 40;

export async function detectBdd({ tree }: DetectContext): Promise<Verdict> {
  const files = await findBddFiles(tree, LOOKED_AT);
  const [first] = files;
  if (first === undefined)
    return {
      confidence: 0,
      because: 'no JSON file has frames with box2d, poly2d or the attributes of BDD100K',
    };
  const [byName, byStem] = [createImageMatcher(tree), createStemMatcher(tree)];
  for (const { path: file } of files) {
    const name = firstName((await tree.head(file, 64 << 10)).toString('utf8'));
    if (name === undefined) continue;
    if ((isImageName(name) ? byName(name, file) : byStem(name, file)) !== undefined)
      return { confidence: 0.95, because: `${file} has frames with labels of BDD100K, and ${name} is there` };
  }
  if (tree.files.some(({ path }) => isImageName(path)))
    return {
      confidence: 0.7,
      because: `${first.path} has labels of BDD100K, but of its first pictures none is there`,
    };
  return { confidence: 0, because: `${first.path} has labels of BDD100K, but there are no pictures` };
}
