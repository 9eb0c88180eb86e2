/** Class and object masks of one picture -> one bitmap for each object or class. Runs in worker threads. */
import type { BitmapJson } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { readValues, toColours, toValues, type ValueImage } from '../../src/plugin-kit/pixels/read-values.ts';
import { endOfRun, type Numbers } from '../../src/plugin-kit/pixels/runs.ts';
import { type ValueBitmap, valueBitmaps } from '../../src/plugin-kit/pixels/value-bitmaps.ts';

export interface MaskFiles {
  /** Absolute. */
  classes: string;
  objects: string | undefined;
  width: number;
  height: number;
  /** Colours (0xRRGGBB) that count as background beside black. */
  ignore: readonly number[];
}

export interface MaskPart {
  /** 0xRRGGBB. */
  colour: number;
  /** The number as stored, where the class mask is grey. */
  grey: number | undefined;
  /** Index in the object mask; undefined when it has colours only, or the part is no object's. */
  index: number | undefined;
  box: [left: number, top: number, right: number, bottom: number];
  bitmap: BitmapJson;
}

export interface SplitMasks {
  parts: MaskPart[];
  /** Why a mask could not be used. */
  faults: { of: 'classes' | 'objects'; code: string; message: string }[];
}

/** Both of one size; `background` in colours. Throws SLY_FORMAT_INVALID for what is no mask but a photo. */
export function splitImages(
  classImage: ValueImage,
  objectImage: ValueImage | undefined,
  background: ReadonlySet<number>,
): MaskPart[] {
  if (objectImage !== undefined) return objectParts(classImage, objectImage, background);
  const keys = keysOf(classImage);
  return classParts(keys, classImage, ignored(keys, background), background);
}

interface Keys {
  values: Numbers;
  colourOf(value: number): number;
  /** Values are indices or grey levels, no colours. */
  indexed: boolean;
  grey: boolean;
}

export async function splitMasks(files: MaskFiles): Promise<SplitMasks> {
  const faults: SplitMasks['faults'] = [];
  async function read(of: 'classes' | 'objects'): Promise<ValueImage | undefined> {
    const file = files[of];
    if (file === undefined) return undefined;
    try {
      const image = await readValues(file);
      if (image.width === files.width && image.height === files.height) return image;
      const message = `expected a mask of ${files.width} x ${files.height} pixels as its picture, got ${image.width} x ${image.height}`;
      throw new SlyError('SLY_FORMAT_INVALID', { detail: message });
    } catch (error) {
      const { code, detail: message } = toSlyError(error);
      faults.push({ of, code, message });
      return undefined;
    }
  }
  const classImage = await read('classes');
  if (classImage === undefined) return { parts: [], faults };
  const objectImage = await read('objects');
  const background = new Set([0, ...files.ignore]);
  try {
    return { parts: splitImages(classImage, objectImage, background), faults };
  } catch (error) {
    const { code, detail: message } = toSlyError(error);
    return { parts: [], faults: [...faults, { of: 'classes', code, message }] };
  }
}

function keysOf(image: ValueImage, asColours = false): Keys {
  if (image.channels >= 3 || asColours)
    return { values: toColours(image), colourOf: (value) => value, indexed: false, grey: false };
  const { palette } = image;
  if (palette !== undefined) {
    const table = palette.map(([r = 0, g = 0, b = 0]) => (r << 16) | (g << 8) | b);
    return { values: toValues(image), colourOf: (value) => table[value] ?? 0, indexed: true, grey: false };
  }
  const shift = image.data instanceof Uint16Array ? 8 : 0;
  const colourOf = (value: number): number => (value === 0 ? 0 : Math.max(1, (value >> shift) * 0x010101));
  return { values: toValues(image), colourOf, indexed: true, grey: true };
}

/** The values whose colours are background. */
function ignored({ values, colourOf, indexed }: Keys, background: ReadonlySet<number>): Set<number> {
  if (!indexed || values instanceof Uint16Array) return new Set(background);
  const set = new Set<number>();
  for (let value = 0; value < 256; value++) if (background.has(colourOf(value))) set.add(value);
  return set;
}

function classParts(
  keys: Keys,
  image: ValueImage,
  none: ReadonlySet<number>,
  background: ReadonlySet<number>,
): MaskPart[] {
  const masks = valueBitmaps(keys.values, image.width, image.height, none);
  const colours = new Set([...masks.keys()].map(keys.colourOf));
  // Two indices of one colour are one class.
  if (colours.size < masks.size && keys.indexed && !keys.grey) {
    const recoloured = keysOf({ ...image, data: keys.values as Uint8Array }, true);
    return classParts(recoloured, image, background, background);
  }
  return [...masks].map(([value, mask]) => ({
    colour: keys.colourOf(value),
    grey: keys.grey ? value : undefined,
    index: undefined,
    ...encoded(mask),
  }));
}

function objectParts(
  classImage: ValueImage,
  objectImage: ValueImage,
  background: ReadonlySet<number>,
): MaskPart[] {
  const { width, height } = classImage;
  const classes = keysOf(classImage);
  const objects = keysOf(objectImage);
  const noObject = ignored(objects, background);
  const noClass = ignored(classes, background);
  const parts: MaskPart[] = [];
  for (const [value, mask] of valueBitmaps(objects.values, width, height, noObject)) {
    const kind = classes.values[mask.first] as number;
    const colour = classes.colourOf(kind);
    if (colour !== 0 && noClass.has(kind)) continue;
    parts.push({
      colour,
      grey: classes.grey ? kind : undefined,
      index: objects.indexed ? value : undefined,
      ...encoded(mask),
    });
  }
  const rest = withoutObjects(classes.values, noClass, objects.values, noObject);
  if (rest !== undefined) {
    const none = new Set(noClass).add(BLANK);
    parts.push(...classParts({ ...classes, values: rest }, classImage, none, background));
  }
  return parts;
}

/** No value of a mask. */
const BLANK = 0x1000000;

/** The class mask where no object is; undefined when nothing of it is left. */
function withoutObjects(
  classes: Numbers,
  noClass: ReadonlySet<number>,
  objects: Numbers,
  noObject: ReadonlySet<number>,
): Uint32Array | undefined {
  let rest: Uint32Array | undefined;
  const total = classes.length;
  for (let at = 0; at < total; ) {
    const kind = classes[at] as number;
    const end = endOfRun(classes, at, total, kind);
    if (!noClass.has(kind)) {
      for (let from = at; from < end; ) {
        const object = objects[from] as number;
        const to = endOfRun(objects, from, end, object);
        if (noObject.has(object)) {
          rest ??= new Uint32Array(total).fill(BLANK);
          rest.fill(kind, from, to);
        }
        from = to;
      }
    }
    at = end;
  }
  return rest;
}

function encoded({ bitmap, box }: ValueBitmap): Pick<MaskPart, 'box' | 'bitmap'> {
  return { bitmap, box: [box.left, box.top, box.right, box.bottom] };
}
