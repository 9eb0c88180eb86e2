/** Rows of boxes and masks -> labels. A mask whose row gives the corners of a box is one object with it. */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import type { Label, Point, Tag } from '../../src/format/model.ts';
import { shown } from '../../src/format/problem.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { PngForeground } from '../../src/plugin-kit/pixels/foreground.ts';
import type { Problem } from '../../src/plugin-kit/plugin.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import { boxPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { ClassTitles } from './class-titles.ts';
import type { Row } from './picture-rows.ts';

export interface LabelContext {
  titles: ClassTitles;
  classes: ShapeClasses;
  tags: TagNames;
  items: Pick<LabelledItems, 'fault' | 'book'>;
  /** Machine names that have boxes: their masks get a class of their own. */
  boxed: ReadonlySet<string>;
  instance(): string;
  /** Undefined when the mask is not there; that is reported already. */
  readMask(row: Row, size: Size): Promise<PngForeground | undefined>;
}

/** Column -> tag. */
export const FLAGS = {
  isoccluded: 'IsOccluded',
  istruncated: 'IsTruncated',
  isgroupof: 'IsGroupOf',
  isdepiction: 'IsDepiction',
  isinside: 'IsInside',
} as const;

/** A share farther out than this was meant in pixels. */
const FARTHEST_SHARE = 2;
/** Corners of the two tables are rounded differently. */
const SAME_CORNER = 1e-3;

type Corners = [xmin: number, xmax: number, ymin: number, ymax: number];
interface Box {
  name: string;
  corners: Corners;
  label: Label;
}

export async function boxLabels(
  { boxes, masks }: { boxes: readonly Row[]; masks: readonly Row[] },
  size: Size,
  context: LabelContext,
): Promise<Label[]> {
  const found: Box[] = [];
  for (const row of boxes) {
    const box = boxOf(row, size, context);
    if (box !== undefined) found.push(box);
  }
  const labels = found.map(({ label }) => label);
  const free = [...found];
  for (const row of masks) {
    const label = await maskLabel(row, size, context);
    if (label === undefined) continue;
    const at = free.findIndex((box) => isSame(box, row));
    const [box] = at < 0 ? [] : free.splice(at, 1);
    if (box === undefined) labels.push(label);
    else {
      const instance = context.instance();
      box.label.instance = instance;
      labels.push({ ...label, instance, tags: box.label.tags });
    }
  }
  return labels;
}

function boxOf(row: Row, size: Size, { titles, classes, tags, items }: LabelContext): Box | undefined {
  const name = row.cell('labelname');
  const cells = ['xmin', 'xmax', 'ymin', 'ymax'].map((column) => row.cell(column));
  const refuse = (expected: string): undefined =>
    items.fault('boxes that cannot be used', () => ({
      ...placeOf(row),
      message: `expected ${expected}, got ${shown(cells.join(', '))}; the box is left out`,
    })) as undefined;
  if (name === '') {
    items.fault('rows without a class', () => ({
      ...placeOf(row),
      message: 'expected a LabelName, got nothing',
    }));
    return undefined;
  }
  const corners = cells.map(toNumber);
  if (!corners.every((one) => one !== undefined)) return refuse('four numbers as XMin, XMax, YMin and YMax');
  if (corners.some((one) => Math.abs(one) > FARTHEST_SHARE))
    return refuse('shares of the picture between 0 and 1 as XMin, XMax, YMin and YMax');
  const [xmin, xmax, ymin, ymax] = corners as Corners;
  const { width, height } = size;
  const exterior = boxPixels(
    xmin * width,
    ymin * height,
    (xmax - xmin) * width,
    (ymax - ymin) * height,
    size,
  );
  if (exterior === undefined) return refuse('a box inside of the picture');
  return {
    name,
    corners: corners as Corners,
    label: rectangle(titleOf(name, 'rectangle', { titles, classes }), exterior, boxTags(row, tags)),
  };
}

const rectangle = (classTitle: string, exterior: [Point, Point], tags: Tag[]): Label => ({
  classTitle,
  geometryType: 'rectangle',
  shape: 'rectangle',
  points: { exterior, interior: [] },
  tags,
});

async function maskLabel(row: Row, size: Size, context: LabelContext): Promise<Label | undefined> {
  const { titles, classes, boxed, items } = context;
  const name = row.cell('labelname');
  if (name === '') {
    items.fault('rows without a class', () => ({
      ...placeOf(row),
      message: 'expected a LabelName, got nothing',
    }));
    return undefined;
  }
  try {
    const read = await context.readMask(row, size);
    if (read === undefined) return undefined;
    if (read.mask === undefined) {
      items.fault('masks without a pixel', () => ({
        ...placeOf(row),
        message: `expected a mask with something in it, got only black in ${row.cell('maskpath')}`,
      }));
      return undefined;
    }
    // The plain name is for boxes, whichever comes first.
    if (boxed.has(name)) titleOf(name, 'rectangle', { titles, classes });
    return {
      classTitle: titleOf(name, 'bitmap', { titles, classes }),
      geometryType: 'bitmap',
      shape: 'bitmap',
      bitmap: encodeBitmap(read.mask),
      tags: [],
    };
  } catch (error) {
    const { code, detail } = toSlyError(error);
    items.fault('masks that cannot be read', () => ({
      ...placeOf(row),
      code,
      message: `${row.cell('maskpath')}: ${detail}`,
    }));
    return undefined;
  }
}

/** The machine name stays with the class, so that an export can use it again. */
function titleOf(
  name: string,
  shape: 'rectangle' | 'bitmap',
  { titles, classes }: Pick<LabelContext, 'titles' | 'classes'>,
): string {
  const title = titles.of(name);
  return classes.titleOf(title, shape, title === name ? {} : { description: name });
}

function boxTags(row: Row, tags: TagNames): Tag[] {
  const found: Tag[] = [];
  for (const [column, name] of Object.entries(FLAGS))
    if (row.cell(column) === '1') found.push(tags.none(name, 'objectsOnly'));
  const confidence = toNumber(row.cell('confidence'));
  if (confidence !== undefined && confidence !== 1)
    found.push(tags.number('Confidence', confidence, 'objectsOnly'));
  return found;
}

function isSame({ name, corners }: Box, row: Row): boolean {
  if (name !== row.cell('labelname')) return false;
  return ['boxxmin', 'boxxmax', 'boxymin', 'boxymax'].every((column, i) => {
    const value = toNumber(row.cell(column));
    return value !== undefined && Math.abs(value - (corners[i] as number)) <= SAME_CORNER;
  });
}

export function placeOf({ table, line }: Row): Pick<Problem, 'file' | 'place' | 'code'> & { code: string } {
  return { file: table.file, place: `line ${line}`, code: 'SLY_FORMAT_INVALID' };
}
