/** One picture's masks -> labels of pixels. Pure work on files, done in worker threads (read-worker.ts). */
import { encodeBitmap, type Mask } from '../../src/format/bitmap.ts';
import type { BitmapJson } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { readValues, toColours, toValues, type ValueImage } from '../../src/plugin-kit/pixels/read-values.ts';
import { connectedParts, type Numbers } from '../../src/plugin-kit/pixels/split-values.ts';
import { valueMasks } from '../../src/plugin-kit/pixels/value-masks.ts';
import { anyMask, thresholdFor } from './any-mask.ts';
import type { Look } from './class-rules.ts';

/** `looks`: a rule a class. `values` and `colours`: each number, each colour is a class of its own. */
export type Meaning = { kind: 'looks'; looks: readonly Look[] } | { kind: 'values' } | { kind: 'colours' };

export interface MaskJob {
  /** Pixels of the picture, which the masks must have. */
  width: number;
  height: number;
  /** Absolute. */
  semantic?: { file: string; meaning: Meaning };
  /** Absolute; whatever is not background is the object. */
  instances: readonly string[];
  /** 0..255: background reaches up to here where only background and object are told apart. */
  threshold: number;
  /** A label for each connected part. */
  parts: boolean;
}

export interface ReadLabel {
  /** Index of the look, or the number, or the colour. */
  which: number;
  bitmap: BitmapJson;
}

export interface MaskFault {
  code: string;
  message: string;
  hint?: string;
}

export interface MaskResult {
  semantic?: ReadLabel[];
  /** Numbers nobody gave a class to, as text, with their pixels. */
  unknown: [value: string, pixels: number][];
  semanticFault?: MaskFault;
  /** In the order of the job; no bitmap where nothing is set. */
  instances: ({ bitmaps: BitmapJson[] } | { fault: MaskFault })[];
}

/** More objects in one mask are a mistake of the threshold or of the option. */
const MOST_PARTS = 20_000;

export async function readMasks(job: MaskJob): Promise<MaskResult> {
  const result: MaskResult = { unknown: [], instances: [] };
  if (job.semantic !== undefined) {
    const { file, meaning } = job.semantic;
    try {
      const image = await readSized(file, job);
      result.semantic = semanticLabels(image, meaning, { ...job, file, unknown: result.unknown });
    } catch (error) {
      result.semanticFault = faultOf(error);
    }
  }
  for (const file of job.instances) {
    try {
      const mask = anyMask(await readSized(file, job), thresholdFor(file, job.threshold));
      result.instances.push({ bitmaps: mask === undefined ? [] : bitmapsOf(mask, job.parts) });
    } catch (error) {
      result.instances.push({ fault: faultOf(error) });
    }
  }
  return result;
}

async function readSized(file: string, job: MaskJob): Promise<ValueImage> {
  const image = await readValues(file);
  if (image.width !== job.width || image.height !== job.height)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected a mask as large as its picture, ${job.width} x ${job.height}, got ${image.width} x ${image.height}`,
    });
  return image;
}

interface SemanticContext {
  file: string;
  threshold: number;
  parts: boolean;
  unknown: [string, number][];
}

function semanticLabels(image: ValueImage, meaning: Meaning, context: SemanticContext): ReadLabel[] {
  if (meaning.kind === 'looks') return labelsByLook(image, meaning.looks, context);
  const numbers = meaning.kind === 'colours' ? toColours(image) : classNumbers(image);
  return labelsOf(numbers, image, context.parts);
}

/** Every number but 0. */
function labelsOf(numbers: Numbers, image: ValueImage, parts: boolean): ReadLabel[] {
  const labels: ReadLabel[] = [];
  for (const { value, mask } of valueMasks(numbers, image))
    for (const bitmap of bitmapsOf(mask, parts)) labels.push({ which: value, bitmap });
  return labels;
}

function labelsByLook(image: ValueImage, looks: readonly Look[], context: SemanticContext): ReadLabel[] {
  const labels: ReadLabel[] = [];
  for (const [which, look] of looks.entries()) {
    if (look.kind !== 'all') continue;
    const mask = anyMask(image, thresholdFor(context.file, context.threshold));
    if (mask === undefined) continue;
    for (const bitmap of bitmapsOf(mask, context.parts)) labels.push({ which, bitmap });
  }
  const all = looks.some((look) => look.kind === 'all');
  for (const kind of ['values', 'colours'] as const) {
    if (!looks.some((look) => look.kind === kind)) continue;
    const numbers = kind === 'colours' ? toColours(image) : classNumbers(image);
    const silent = all || looks.some((look) => look.kind !== kind);
    labels.push(...mappedLabels(numbers, image, { looks, kind, silent }, context));
  }
  return labels.sort((a, b) => a.which - b.which);
}

/** A number may belong to several classes: then there is a round for each. */
function mappedLabels(
  numbers: Numbers,
  image: ValueImage,
  { looks, kind, silent }: { looks: readonly Look[]; kind: 'values' | 'colours'; silent: boolean },
  context: SemanticContext,
): ReadLabel[] {
  const rounds: Map<number, number>[] = [];
  const known = new Set<number>();
  for (const [which, look] of looks.entries()) {
    const own = look.kind === kind ? numbersOf(look) : [];
    if (own.length === 0) continue;
    let round = rounds.find((one) => own.every((number) => !one.has(number)));
    if (round === undefined) {
      round = new Map();
      rounds.push(round);
    }
    for (const number of own) {
      round.set(number, which + 1);
      known.add(number);
    }
  }
  if (kind === 'values') readOneBit(numbers, rounds, known);
  const labels: ReadLabel[] = [];
  const counts = new Map<number, number>();
  for (const [i, round] of rounds.entries()) {
    const classes = mapNumbers(numbers, round, i === 0 ? counts : undefined);
    for (const label of labelsOf(classes, image, context.parts))
      labels.push({ ...label, which: label.which - 1 });
  }
  if (!silent) {
    for (const [number, count] of counts) {
      if (number === 0 || known.has(number)) continue;
      context.unknown.push([kind === 'colours' ? hexOf(number) : String(number), count]);
    }
  }
  return labels;
}

/** A one-bit picture has 1 where others have 255. */
function readOneBit(numbers: Numbers, rounds: readonly Map<number, number>[], known: Set<number>): void {
  if (known.has(1) || !known.has(255) || numbers.some((number) => number > 1)) return;
  for (const round of rounds) {
    const white = round.get(255);
    if (white !== undefined) round.set(1, white);
  }
  known.add(1);
}

/** Class numbers, 0 where there is none. `unknown` takes the counts of the others; more than 10,000 are summed up under 0. */
function mapNumbers(
  numbers: Numbers,
  classOf: ReadonlyMap<number, number>,
  unknown: Map<number, number> | undefined,
): Uint16Array {
  const classes = new Uint16Array(numbers.length);
  let last = -1;
  let lastClass = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (number !== last) {
      last = number;
      lastClass = classOf.get(number) ?? 0;
    }
    if (lastClass !== 0) classes[i] = lastClass;
    else if (unknown !== undefined && number !== 0) {
      const count = unknown.get(number);
      if (count !== undefined || unknown.size < 10_000) unknown.set(number, (count ?? 0) + 1);
    }
  }
  return classes;
}

const numbersOf = (look: Look): readonly number[] =>
  look.kind === 'values' ? look.values : look.kind === 'colours' ? look.colours : [];

const hexOf = (colour: number): string => `#${colour.toString(16).padStart(6, '0').toUpperCase()}`;

/** The palette index, the grey, or of a colour picture its last colour channel, as machine masks were always read. */
export function classNumbers(image: ValueImage): Uint8Array | Uint16Array {
  const { channels, data } = image;
  if (channels < 3) return toValues(image);
  const numbers =
    data instanceof Uint16Array
      ? new Uint16Array(data.length / channels)
      : new Uint8Array(data.length / channels);
  for (let i = 0, at = 2; i < numbers.length; i++, at += channels) numbers[i] = data[at] as number;
  return numbers;
}

function bitmapsOf(mask: Mask, parts: boolean): BitmapJson[] {
  if (!parts) return [encodeBitmap(mask)];
  const found = connectedParts(mask);
  if (found.length > MOST_PARTS)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected at most ${MOST_PARTS} connected parts, got ${found.length}`,
      hint: 'Set objects: class, or a higher threshold.',
    });
  return found.map(encodeBitmap);
}

function faultOf(error: unknown): MaskFault {
  const { code, detail, hint } = toSlyError(error);
  return { code, message: detail, ...(hint === undefined ? {} : { hint }) };
}
