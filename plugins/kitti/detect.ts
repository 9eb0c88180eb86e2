/** Whether a source holds KITTI: by its folders, then the first line of a label or the header of a mask. */
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { findLayout } from './layout.ts';
import { readObjectLine } from './object-line.ts';

const LOOKED_AT = 20;

export async function detectKitti({ tree }: DetectContext): Promise<Verdict> {
  const { left } = findLayout(tree);
  const [first] = left;
  if (first === undefined) return no('there are no pictures in a folder image_2');
  let why = `${first.picture} has no label_2, instance or semantic folder beside it`;
  let looked = 0;
  for (const { files } of left) {
    const { label_2: boxes, instance, semantic } = files;
    if (boxes !== undefined) {
      const line = (await tree.head(boxes, 4096))
        .toString('utf8')
        .split('\n')
        .find((text) => text.trim() !== '');
      const object = line === undefined ? 'it is empty' : readObjectLine(line);
      if (typeof object !== 'string') return yes(`${boxes} has boxes of the KITTI object benchmark`);
      why = `${boxes}: ${object}`;
    }
    for (const [file, depth] of [
      [instance, 16],
      [semantic, 8],
    ] as const) {
      if (file === undefined) continue;
      const head = await tree.head(file, 26);
      if (head.toString('latin1', 1, 4) === 'PNG' && head[24] === depth && head[25] === 0)
        return yes(`${file} is a mask of ${depth} bits beside a picture in image_2`);
      why = `${file} is no mask of one channel and ${depth} bits`;
    }
    if (Object.keys(files).length > 0 && ++looked >= LOOKED_AT) break;
  }
  return no(why);
}

const yes = (because: string): Verdict => ({ confidence: 0.95, because });
const no = (because: string): Verdict => ({ confidence: 0, because });
