/** Whether a source holds WIDER FACE: by the first lines of its text files. */
import { createImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { findLists, readList } from './lists.ts';

/** Text files that are opened: a source of another format may have a million. */
const LOOKED_AT = 200;
const PICTURES = 20;

export async function detectWiderFace({ tree }: DetectContext): Promise<Verdict> {
  const lists = (await findLists(tree, LOOKED_AT)).filter(([, kind]) => kind !== 'names');
  const [first] = lists;
  if (first === undefined)
    return { confidence: 0, because: 'no text file begins with a picture, a count and boxes of faces' };
  const match = createImageMatcher(tree);
  for (const [file, kind] of lists) {
    let looked = 0;
    for await (const { name } of readList(tree, file, kind, new AbortController().signal)) {
      if (match(name, file) !== undefined)
        return {
          confidence: 0.95,
          because: `${file} is a list of faces${kind === 'retinaface' ? ' with landmarks' : ''}, and ${name} is there`,
        };
      if (++looked >= PICTURES) break;
    }
  }
  return {
    confidence: 0,
    because: `${first[0]} is a list of faces, but none of its first pictures is there`,
  };
}
