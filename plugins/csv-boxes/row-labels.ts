/** The rows of one picture -> its labels and tags. */
import type { Label, Tag } from '../../src/format/model.ts';
import { shown } from '../../src/format/problem.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { TagNames, TagPlace } from '../../src/plugin-kit/tag-names.ts';
import { boxPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { type ColumnTypes, isYes } from './column-types.ts';
import { type Corners, readBox } from './row-values.ts';
import type { BoxTable } from './tables.ts';
import type { Unit } from './units.ts';

export interface Row {
  table: BoxTable;
  unit: Unit;
  line: number;
  cells: readonly string[];
}

export interface LabelContext {
  classes: ShapeClasses;
  tags: TagNames;
  types: ColumnTypes;
  items: Pick<LabelledItems, 'fault' | 'book'>;
  /** Name of a class that is given by its number. */
  nameOf(cell: string): string;
}

/** What is in none of the classes when the table has no column for them. */
const NAMELESS = 'object';
const MAX_NAME = 200;
/** A share farther out than this was meant in pixels. */
const FARTHEST_SHARE = 2;
/** Sides of one shape at another size agree so far. */
const SAME_SHAPE = 0.02;

export function rowLabels(
  rows: readonly Row[],
  size: Size,
  context: LabelContext,
): { labels: Label[]; tags: Tag[] } {
  const labels: Label[] = [];
  const tags = new Map<string, Tag>();
  for (const row of rows) {
    const label = rowLabel(row, size, context);
    if (label === 'no box') for (const tag of pictureTags(row, context)) tags.set(tag.name, tag);
    else if (label !== undefined) labels.push(label);
  }
  return { labels, tags: [...tags.values()] };
}

function rowLabel(row: Row, size: Size, context: LabelContext): Label | 'no box' | undefined {
  const { items, classes } = context;
  const { columns } = row.table;
  const at = placeOf(row);
  const box = readBox(row.cells, columns);
  if (box.kind === 'empty') return 'no box';
  const refuse = (expected: string, got: unknown): undefined =>
    items.fault('boxes that cannot be used', () => ({
      ...at,
      message: `expected ${expected}, got ${shown(got)}; the box is left out`,
    })) as undefined;
  if (box.kind === 'bad') return refuse('four numbers as box', box.cells);
  const name = columns.class === undefined ? NAMELESS : (row.cells[columns.class] ?? '');
  if (name === '') return refuse('the name of a class', '');
  const corners = toPixels(box.corners, row, size, context);
  if (corners === undefined) return refuse('shares of the picture between 0 and 1', box.corners);
  const [x1, y1, x2, y2] = corners;
  const exterior = boxPixels(x1, y1, x2 - x1, y2 - y1, size);
  if (exterior === undefined)
    return refuse(`a box inside of the picture (${size.width} x ${size.height})`, box.corners);
  return {
    classTitle: classes.titleOf(context.nameOf(name).slice(0, MAX_NAME), 'rectangle'),
    geometryType: 'rectangle',
    shape: 'rectangle',
    points: { exterior, interior: [] },
    tags: [...confidenceTag(row, context), ...extraTags(row, 'objectsOnly', context)],
  };
}

/** A row without a box still says something of its picture. */
function pictureTags(row: Row, context: LabelContext): Tag[] {
  const name = row.table.columns.class === undefined ? '' : (row.cells[row.table.columns.class] ?? '');
  return [
    ...(name === '' ? [] : [context.tags.none(context.nameOf(name).slice(0, MAX_NAME), 'imagesOnly')]),
    ...extraTags(row, 'imagesOnly', context),
  ];
}

function toPixels(corners: Corners, row: Row, size: Size, { items }: LabelContext): Corners | undefined {
  const { width, height } = size;
  if (row.unit === 'normalised') {
    if (corners.some((one) => Math.abs(one) > FARTHEST_SHARE)) return undefined;
    return [corners[0] * width, corners[1] * height, corners[2] * width, corners[3] * height];
  }
  const { columns } = row.table;
  const told = [columns.width, columns.height].map((at) =>
    at === undefined ? undefined : toNumber(row.cells[at]),
  );
  const [w = width, h = height] = told.map((one) => (one === undefined || one <= 0 ? undefined : one));
  if (w === width && h === height) return corners;
  const [across, down] = [width / w, height / h];
  const scaled = Math.abs(across / down - 1) <= SAME_SHAPE;
  items.book.note('warning', 'rows with another size of the picture', () => ({
    ...placeOf(row),
    message: `expected a picture of ${w} x ${h}, got ${width} x ${height}; ${scaled ? 'its boxes are scaled' : 'its boxes may be out of place'}`,
  }));
  return scaled ? [corners[0] * across, corners[1] * down, corners[2] * across, corners[3] * down] : corners;
}

function confidenceTag(row: Row, { tags, items }: LabelContext): Tag[] {
  const { confidence } = row.table.columns;
  const cell = confidence === undefined ? '' : (row.cells[confidence] ?? '');
  if (confidence === undefined || cell === '') return [];
  const value = toNumber(cell);
  const name = row.table.names[confidence] ?? 'confidence';
  if (value !== undefined) return [tags.number(name, value, 'objectsOnly')];
  items.fault('values that cannot be used', () => ({
    ...placeOf(row),
    message: `expected a number as ${name}, got ${shown(cell)}; it is left out`,
  }));
  return [];
}

function extraTags(row: Row, on: TagPlace, { tags, types }: LabelContext): Tag[] {
  const found: Tag[] = [];
  for (const { at, name: column } of row.table.columns.extra) {
    const cell = row.cells[at] ?? '';
    const name = column.slice(0, MAX_NAME);
    if (cell === '') continue;
    const type = types.of(column);
    if (type === 'flag') {
      if (isYes(column, cell)) found.push(tags.none(name, on));
    } else found.push(type === 'number' ? tags.number(name, Number(cell), on) : tags.text(name, cell, on));
  }
  return found;
}

function placeOf({ table, line }: Row): { file: string; place: string; code: string } {
  return { file: table.file, place: `line ${line}`, code: 'SLY_FORMAT_INVALID' };
}
