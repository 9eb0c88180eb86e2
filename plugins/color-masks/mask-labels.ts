/** From numbers to labels: one bitmap a class or object, or one for each of its connected parts. */
import { encodeBitmap, type Mask } from '../../src/format/bitmap.ts';
import type { BitmapJson } from '../../src/format/model.ts';
import type { NumberGrid } from '../../src/plugin-kit/pixels/fit-numbers.ts';
import { type ValuePartsOptions, valueParts } from '../../src/plugin-kit/pixels/value-parts.ts';
import type { Classifier, Target } from './classify.ts';

export interface MaskLabel {
  title: string;
  color?: string;
  bitmap: BitmapJson;
  /** Labels of one mask with the same number are one object. */
  object?: number;
}

export interface UnknownNumber {
  number: number;
  pixels: number;
}

/** A mask that falls into more parts than this is noise, and stays one bitmap. */
const MAX_PARTS = 20_000;

export function labelNumbers(
  { width, height, numbers }: NumberGrid,
  classifier: Classifier,
  objects: 'class' | 'parts',
): { labels: MaskLabel[]; unknown: UnknownNumber[]; noisy: string[] } {
  const { indices, targets, unknown } = indexNumbers(numbers, classifier);
  const labels: MaskLabel[] = [];
  const noisy = new Set<string>();
  const grid = { width, height, numbers: indices };
  for (const part of valueParts(grid, { ...partOptions(objects), ignore: new Set([0]) })) {
    const target = targets[part.value - 1];
    if (target === undefined) continue;
    if (part.noisy) noisy.add(target.title);
    labels.push(labelOf(target, part.mask));
  }
  return { labels, unknown, noisy: [...noisy] };
}

/** Corner to corner belongs together, as in the contours other tools find. */
export const partOptions = (objects: 'class' | 'parts'): ValuePartsOptions =>
  objects === 'class' ? {} : { connected: 8, maxParts: MAX_PARTS };

function labelOf({ title, color, object }: Target, mask: Mask): MaskLabel {
  return {
    title,
    ...(color === undefined ? {} : { color }),
    bitmap: encodeBitmap(mask),
    ...(object === undefined ? {} : { object }),
  };
}

/** Place of its target plus one for each pixel; 0 where there is none. */
function indexNumbers(
  numbers: NumberGrid['numbers'],
  classifier: Classifier,
): { indices: Uint32Array; targets: Target[]; unknown: UnknownNumber[] } {
  const indices = new Uint32Array(numbers.length);
  const targets: Target[] = [];
  const byKey = new Map<string, number>();
  const byNumber = new Map<number, number>();
  const unknown = new Map<number, number>();
  const isUnknown = new Set<number>();

  function indexOf(number: number): number {
    const target = classifier.of(number);
    if (target === 'unknown') isUnknown.add(number);
    if (target === undefined || target === 'unknown' || target.key === '') return 0;
    const known = byKey.get(target.key);
    if (known !== undefined) return known;
    targets.push(target);
    byKey.set(target.key, targets.length);
    return targets.length;
  }

  let last = -1;
  let index = 0;
  let strange = false;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (number !== last) {
      last = number;
      const known = byNumber.get(number);
      index = known ?? indexOf(number);
      if (known === undefined) byNumber.set(number, index);
      strange = index === 0 && isUnknown.has(number);
    }
    if (strange) unknown.set(number, (unknown.get(number) ?? 0) + 1);
    indices[i] = index;
  }
  return {
    indices,
    targets,
    unknown: [...unknown].map(([number, pixels]) => ({ number, pixels })).sort((a, b) => b.pixels - a.pixels),
  };
}
