/** What each number of a mask is: an object of a class, nothing, or something the legend does not have. */
import type { Background, Legend, LegendClass } from './data-set.ts';

/** Pixels with the same key become one mask. */
export interface Target {
  title: string;
  color?: string;
  key: string;
  /** Tells the objects of one class apart. */
  object?: number;
}

export interface Classifier {
  /** undefined: it means nothing. */
  of(number: number): Target | 'unknown' | undefined;
}

export interface Choices {
  background: 'auto' | 'import' | 'skip';
  /** Colours at most so far from one of the legend count as it; 0 = exact ones only. */
  nearest: number;
}

/** Never the number of a pixel. */
export const NOTHING = 0xfffffffe;

export function createClassifier(legend: Legend, { background, nearest }: Choices): Classifier {
  const known = new Map<number, LegendClass>();
  const ranges: LegendClass[] = [];
  const ground = wantedBackground(legend.background, background);
  for (const one of [...legend.classes, ...(ground === undefined ? [] : [ground])]) {
    if (one.from === one.to) known.set(one.from >>> 0, one);
    else ranges.push(one);
  }
  const skipped = new Set([NOTHING, ...(legend.skip ?? []).map((number) => number >>> 0)]);
  const left = legend.background;

  function entryOf(number: number): LegendClass | undefined {
    return known.get(number) ?? ranges.find((range) => range.from <= number && number <= range.to);
  }

  function of(number: number): Target | 'unknown' | undefined {
    const { rest } = legend;
    const objects = legend.numbers === 'category-instance';
    const category = objects ? number >>> 8 : number;
    const found = entryOf(category);
    if (found !== undefined) return targetOf(found, objects && found !== ground ? number : undefined);
    if (skipped.has(number)) return undefined;
    // It is known as background, and not asked for.
    if (left !== undefined && left.from <= number && number <= left.to) return undefined;
    if (rest.kind === 'objects') return { title: rest.title, key: `object ${number}`, object: number };
    if (rest.kind === 'numbered') {
      const title = `${rest.title}${category}`;
      return objects ? { title, key: `object ${number}`, object: number } : { title, key: title };
    }
    const close = nearest > 0 && legend.numbers === 'colours' ? nearestOf(number) : undefined;
    return close === undefined ? 'unknown' : close;
  }

  function nearestOf(number: number): Target | undefined {
    let best: LegendClass | undefined;
    let closest = nearest * nearest + 1;
    const all = [...legend.classes, ...(left === undefined ? [] : [left])];
    for (const one of all) {
      const away = distance(one.from, number);
      if (away < closest) [best, closest] = [one, away];
    }
    if (best === undefined) return undefined;
    return best === left && ground === undefined ? { title: '', key: '' } : targetOf(best);
  }

  return { of };
}

const targetOf = ({ title, color }: LegendClass, object?: number): Target => ({
  title,
  ...(color === undefined ? {} : { color }),
  key: object === undefined ? `class ${title}` : `object ${object}`,
  ...(object === undefined ? {} : { object }),
});

export function wantedBackground(
  ground: Background | undefined,
  choice: Choices['background'],
): Background | undefined {
  return ground !== undefined && (choice === 'auto' ? ground.import : choice === 'import')
    ? ground
    : undefined;
}

/** Squared. */
function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 255) - ((b >> 8) & 255);
  const blue = (a & 255) - (b & 255);
  return red * red + green * green + blue * blue;
}
