/** Numbers, colours and file words of the classes of an export. */
import { distinctColor, readColor } from '../../src/format/colors.ts';
import type { ClassMeta } from '../../src/format/model.ts';
import { classWords } from './class-words.ts';

export interface PlannedClass {
  title: string;
  /** In machine masks, from 1. */
  number: number;
  /** `0xRRGGBB`, no two alike and none black, which is background. */
  colour: number;
  /** In names of instance masks. */
  word: string;
}

export const MOST_CLASSES = 65_535;

/** In the order of the project; classes beyond 65535 have no number and are left out. */
export function planClasses(classes: readonly Pick<ClassMeta, 'title' | 'color'>[]): PlannedClass[] {
  const taken = new Set<number>([0]);
  const own = classes.slice(0, MOST_CLASSES).map(({ color }) => {
    const colour = Number.parseInt((readColor(color) ?? '#000000').slice(1), 16);
    if (taken.has(colour)) return undefined;
    taken.add(colour);
    return colour;
  });
  const words = classWords(classes.map(({ title }) => title));
  return own.map((colour, i) => {
    const { title } = classes[i] as ClassMeta;
    return { title, number: i + 1, colour: colour ?? freeColour(taken, i), word: words.get(title) ?? title };
  });
}

function freeColour(taken: Set<number>, start: number): number {
  for (let n = start; n < start + 1000; n++) {
    const colour = Number.parseInt(distinctColor(n).slice(1), 16);
    if (taken.has(colour)) continue;
    taken.add(colour);
    return colour;
  }
  let colour = 1;
  while (taken.has(colour)) colour++;
  taken.add(colour);
  return colour;
}
