/** DOTA -> items: four corners in pixels as polygons, or as turned boxes. */
import type { Geometry, Label, Ring, Tag } from '../../src/format/model.ts';
import { ringArea } from '../../src/format/raster.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import { turnedBoxOfCorners } from '../../src/plugin-kit/oriented-box.ts';
import { pairLabels } from '../../src/plugin-kit/pair-labels.ts';
import type { ImportContext, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { createTagNames, type TagNames } from '../../src/plugin-kit/tag-names.ts';
import { polygonPixels } from '../../src/plugin-kit/to-pixels.ts';
import { LABEL_FOLDERS } from './detect.ts';
import { type DotaLine, type DotaText, readLabelTxt } from './read-label-txt.ts';

const MAX_BYTES = 64 << 20;

export async function importDota(ctx: ImportContext): Promise<void> {
  const items = createLabelledItems(ctx);
  const datasetOf = ctx.options.datasets === 'one' ? () => ONLY_DATASET : folderDataset;
  const { pairs, strays } = await pairLabels(ctx.tree, { folders: LABEL_FOLDERS, signal: ctx.signal });
  const make = createLabels(ctx, items);
  for (const [i, { picture: file, label }] of pairs.entries()) {
    ctx.progress('Converting', i, pairs.length);
    const picture = items.look(file);
    const text = await readLabels(ctx, label, items);
    if (picture === undefined) continue;
    const labels = text === undefined ? [] : make(text, { picture, file: label.path });
    const hasMeta = text !== undefined && Object.keys(text.meta).length > 0;
    await items.add(picture, { dataset: datasetOf(file), labels, ...(hasMeta ? { meta: text.meta } : {}) });
  }
  await items.addRest('a label file', datasetOf);
  for (const { path: file } of strays) {
    ctx.signal.throwIfAborted();
    await ctx.report.skipped({
      file,
      code: 'SLY_NOT_FOUND',
      message: 'expected a picture of the same name, got none',
    });
  }
  await items.finish();
}

async function readLabels(
  { tree, report }: ImportContext,
  { path: file }: SourceFileEntry,
  { book }: LabelledItems,
): Promise<DotaText | undefined> {
  try {
    const text = readLabelTxt(await tree.text(file, MAX_BYTES));
    await report.used(file, 'labels');
    return text;
  } catch (error) {
    const { code, detail: message } = toSlyError(error);
    book.note('failed', 'label files that cannot be read', () => ({ file, code, message }));
    return undefined;
  }
}

type MakeLabels = (text: DotaText, at: { picture: LookedAt; file: string }) => Label[];

function createLabels(ctx: ImportContext, items: LabelledItems): MakeLabels {
  const shape = ctx.options.obb === 'oriented_bbox' ? 'oriented_bbox' : 'polygon';
  const tagNames: TagNames = createTagNames(ctx.project);
  const titles = new Map<string, string>();

  function titleOf(className: string): string {
    let title = titles.get(className);
    if (title === undefined) {
      title = ctx.project.defineClass({ title: className, shape });
      titles.set(className, title);
    }
    return title;
  }

  return ({ lines, faults }, { picture, file }) => {
    const place = (line: number): { file: string; place: string; code: string } => ({
      file,
      place: `line ${line}`,
      code: 'SLY_FORMAT_INVALID',
    });
    for (const { line, message } of faults)
      items.fault('lines that are no corners, class and mark', () => ({ ...place(line), message }));
    const labels: Label[] = [];
    for (const one of lines) {
      const ring = ringOf(one);
      const geometries = shape === 'polygon' ? polygons(ring, picture) : turned(ring, picture);
      if (geometries.length === 0) {
        items.fault('lines that show nothing', () => ({
          ...place(one.line),
          message: `expected corners around a place in the picture of ${picture.width} x ${picture.height}, got ${one.numbers.join(' ')}`,
        }));
        continue;
      }
      if (shape === 'polygon' && ring.some((corner) => !isInside(corner, picture))) {
        items.book.note('warning', 'outlines that reach beyond their picture', () => ({
          ...place(one.line),
          message: `expected corners in the picture of ${picture.width} x ${picture.height}, got ${one.numbers.join(' ')}; it is cut at the border`,
        }));
      }
      const tags: Tag[] = one.difficult ? [tagNames.none('difficult', 'objectsOnly')] : [];
      const instance = geometries.length > 1 ? crypto.randomUUID().replaceAll('-', '') : undefined;
      for (const geometry of geometries) {
        labels.push({
          classTitle: titleOf(one.className),
          tags,
          shape: geometry.geometryType,
          ...geometry,
          ...(instance === undefined ? {} : { instance }),
        });
      }
    }
    return labels;
  };
}

function ringOf({ numbers }: DotaLine): Ring {
  const ring: Ring = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) ring.push([numbers[i] ?? 0, numbers[i + 1] ?? 0]);
  return ring;
}

const isInside = ([x, y]: readonly [number, number], { width, height }: LookedAt): boolean =>
  x >= 0 && y >= 0 && x <= width && y <= height;

function polygons(ring: Ring, picture: LookedAt): Geometry[] {
  // A box around one row of pixels has no area and is there all the same.
  if (ringArea(ring) === 0 && !ring.every((corner) => isInside(corner, picture))) return [];
  return polygonPixels({ exterior: ring, interior: [] }, picture).map((points) => ({
    geometryType: 'polygon',
    points,
  }));
}

/** Numbers are pixels here as there, so the far corner is the last pixel of the box. */
function turned(ring: Ring, picture: LookedAt): Geometry[] {
  const box = turnedBoxOfCorners(ring);
  if (box === undefined || polygons(ring, picture).length === 0) return [];
  const { x, y, width, height, angle } = box;
  return [
    {
      geometryType: 'oriented_bbox',
      points: [
        [Math.round(x), Math.round(y)],
        [Math.round(x + width), Math.round(y + height)],
      ],
      angle,
    },
  ];
}
