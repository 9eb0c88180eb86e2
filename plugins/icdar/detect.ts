/** Whether a source holds ICDAR text: by the names of its text files and the first line of a few. */
import { createImageMatcher, createStemMatcher } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { beginsWithWord, findFiles, pictureOf } from './files.ts';
import { createSplitMatcher } from './match-split.ts';

const LOOKED_AT = 100;

export async function detectIcdar({ tree }: DetectContext): Promise<Verdict> {
  const { localisation, coordinates, transcriptions } = await findFiles(tree, LOOKED_AT);
  const byStem = createSplitMatcher(tree, createStemMatcher);
  for (const file of localisation) {
    const picture = byStem(pictureOf(file) ?? '', file)?.file;
    if (picture !== undefined && (await beginsWithWord(tree, file)))
      return {
        confidence: 0.95,
        because: `${file} has words with the corners of each, and ${picture} is there`,
      };
  }
  const byName = createSplitMatcher(tree, createImageMatcher);
  for (const file of [...coordinates, ...transcriptions]) {
    const head = (await tree.head(file, 4096)).toString('utf8').replace(/^\uFEFF/, '');
    const name = head.slice(0, head.indexOf(',')).trim();
    if (byName(name, file) !== undefined)
      return {
        confidence: 0.95,
        because: `${file} says where the words of pictures are or what they say, and ${name} is there`,
      };
  }
  return {
    confidence: 0,
    because:
      'no gt_<picture>.txt with corners and words, and no coords.txt or gt.txt of words that are there',
  };
}
