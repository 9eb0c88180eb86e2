/** Masks of objects and of their parts, as Pascal Part keeps them in a struct. */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { fitNumbers } from '../../src/plugin-kit/pixels/fit-numbers.ts';
import { valueParts } from '../../src/plugin-kit/pixels/value-parts.ts';
import { type MaskLabel, partOptions } from './mask-labels.ts';
import { matGrid } from './mat/mat-grid.ts';
import { describeValue, type MatValue } from './mat/mat-values.ts';

export interface PartLabels {
  labels: MaskLabel[];
  /** What could not be read, each with its place. */
  faults: { place: string; message: string }[];
  /** Size of the first mask that is not as large as the picture. */
  scaled?: { width: number; height: number };
}

interface Size {
  width: number;
  height: number;
}

export function labelObjects(
  variable: MatValue | undefined,
  name: string,
  size: Size,
  objects: 'class' | 'parts',
): PartLabels {
  const made: PartLabels = { labels: [], faults: [] };
  const list = structs(structs(variable, name)[0]?.get('objects'), `${name}.objects`);
  for (const [i, object] of list.entries()) {
    const place = `${name}.objects(${i + 1})`;
    add(made, object, { place, title: 'class', size, objects, object: i });
    const parts = object.get('parts');
    try {
      for (const [k, part] of structs(parts, `${place}.parts`).entries())
        add(made, part, { place: `${place}.parts(${k + 1})`, title: 'part_name', size, objects, object: i });
    } catch (error) {
      made.faults.push({ place, message: toSlyError(error).detail });
    }
  }
  return made;
}

function add(
  made: PartLabels,
  thing: Map<string, MatValue>,
  {
    place,
    title: field,
    size,
    objects,
    object,
  }: { place: string; title: string; size: Size; objects: 'class' | 'parts'; object: number },
): void {
  try {
    const title = thing.get(field);
    if (title?.kind !== 'text' || title.text.trim() === '')
      throw new SlyError('SLY_FORMAT_INVALID', {
        detail: `expected a name in ${field}, got ${describeValue(title)}`,
      });
    const grid = matGrid(thing.get('mask'), 'mask');
    if (grid.width !== size.width || grid.height !== size.height)
      made.scaled ??= { width: grid.width, height: grid.height };
    const { numbers } = fitNumbers(grid, size);
    const set = numbers.map((one) => (one === 0 ? 0 : 1));
    const options = { ...partOptions(objects), ignore: new Set([0]) };
    for (const { mask } of valueParts({ ...size, numbers: set }, options))
      made.labels.push({ title: title.text.trim(), bitmap: encodeBitmap(mask), object });
  } catch (error) {
    made.faults.push({ place, message: toSlyError(error).detail });
  }
}

/** An empty matrix is a list of none, as MATLAB writes it. */
function structs(value: MatValue | undefined, name: string): Map<string, MatValue>[] {
  if (value?.kind === 'struct') return value.elements;
  if (value?.kind === 'numbers' && value.data.length === 0) return [];
  if (value?.kind === 'cell') return value.cells.flatMap((cell) => structs(cell, name));
  throw new SlyError('SLY_FORMAT_INVALID', {
    detail: `${name}: expected a struct, got ${describeValue(value)}`,
  });
}
