/** Export and import again: what comes back is the project, but for what the README lists as losses. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { decodeBitmap, encodeBitmap } from '../../../src/format/bitmap.ts';
import type { ClassMeta, ImageAnnotation, Label, Tag } from '../../../src/format/model.ts';
import type { ExportedHere } from '../../../test/support/export-here.ts';
import type { HereResult } from '../../../test/support/import-here.ts';
import { picture } from './cases.ts';
import { exportFiles, importFiles, labelsOf } from './in-process.ts';

// Starting two threads takes longer than all the rest of a case; test/import-cases.test.ts and the host have them.
vi.mock('../../../src/plugin-kit/workers.ts', async (original) => {
  const kit = await original<typeof import('../../../src/plugin-kit/workers.ts')>();
  const { splitMasks } = await import('../split-masks.ts');
  const { paintMasks } = await import('../paint-masks.ts');
  const createWorkers = (module: URL) => ({
    count: 1,
    run: async (input: never) => (module.href.includes('split-') ? splitMasks(input) : paintMasks(input)),
    close: async () => undefined,
  });
  return { ...kit, createWorkers };
});

const SIZE = { width: 24, height: 16 };
const cls = (title: string, shape: string, color: string): ClassMeta => ({
  title,
  shape,
  color,
  geometry_config: {},
});
const CLASSES = [
  cls('dog', 'bitmap', '#400080'),
  cls('dog_bbox', 'rectangle', '#400080'),
  cls('red car', 'bitmap', '#00FF00'),
  cls('red car_bbox', 'rectangle', '#00FF00'),
  cls('head', 'rectangle', '#123456'),
];
const TAGS = ['truncated', 'difficult'].map((name) => ({ name, value_type: 'none', color: '#000000' }));
const TEXTS = ['pose', 'hair colour', 'note'].map((name) => ({
  name,
  value_type: 'any_string',
  color: '#000000',
}));

const coordinate = (below: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: below - 1 });
const corners = fc
  .tuple(coordinate(SIZE.width), coordinate(SIZE.width), coordinate(SIZE.height), coordinate(SIZE.height))
  .map(([a, b, c, d]): [number, number, number, number] => [
    Math.min(a, b),
    Math.min(c, d),
    Math.max(a, b),
    Math.max(c, d),
  ]);
const text = fc
  .string({ unit: fc.constantFrom('a', 'é', '<', '&', '"', ']', ' ', '1'), minLength: 1, maxLength: 6 })
  .map((one) => `x${one.trim()}`);
const tags = fc
  .tuple(fc.subarray(['truncated', 'difficult']), fc.subarray(['pose', 'hair colour', 'note']), text)
  .map(([flags, names, value]): Tag[] => [
    ...flags.map((name) => ({ name })),
    ...names.map((name) => ({ name, value })),
  ]);

interface Thing {
  kind: 'dog' | 'red car';
  box: [number, number, number, number] | undefined;
  bits: boolean[] | undefined;
  tags: Tag[];
  part: [number, number, number, number] | undefined;
}
const thing: fc.Arbitrary<Thing> = fc.record({
  kind: fc.constantFrom('dog' as const, 'red car' as const),
  box: fc.option(corners, { nil: undefined }),
  // Cells of 4 x 4 pixels, so that masks have holes and several parts.
  bits: fc.option(fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), { nil: undefined }),
  tags,
  part: fc.option(corners, { nil: undefined }),
});

/** Masks are cut where an earlier one lies, so that none is below another; a box far from its mask is left out. */
function labelsFrom(things: readonly Thing[]): Label[] {
  const taken = new Uint8Array(SIZE.width * SIZE.height);
  const labels: Label[] = [];
  for (const [i, { kind, box, bits, tags: own, part }] of things.entries()) {
    const data = new Uint8Array(taken.length);
    for (let at = 0; at < data.length; at++) {
      const [x, y] = [at % SIZE.width, Math.floor(at / SIZE.width)];
      if (bits?.[Math.floor(y / 4) * 6 + Math.floor(x / 4)] !== true || taken[at] === 1) continue;
      data[at] = 1;
      taken[at] = 1;
    }
    const hasMask = data.includes(1);
    const near = box !== undefined && (!hasMask || meets(box, data)) ? box : undefined;
    if (near === undefined && !hasMask) continue;
    const instance = `i${i}`;
    if (hasMask) {
      const bitmap = encodeBitmap({ x: 0, y: 0, ...SIZE, data });
      labels.push({ classTitle: kind, tags: [], geometryType: 'bitmap', shape: 'bitmap', bitmap, instance });
    }
    const rectangle = (title: string, [a, b, c, d]: readonly number[], with_: Tag[]): Label =>
      ({
        classTitle: title,
        tags: with_,
        geometryType: 'rectangle',
        shape: 'rectangle',
        points: {
          exterior: [
            [a, b],
            [c, d],
          ],
          interior: [],
        },
        instance,
      }) as Label;
    if (near !== undefined) labels.push(rectangle(`${kind}_bbox`, near, own));
    if (near !== undefined && part !== undefined) labels.push(rectangle('head', part, []));
  }
  return labels;
}

function meets([left, top, right, bottom]: readonly number[], data: Uint8Array): boolean {
  const columns: number[] = [];
  const rows: number[] = [];
  for (const [at, value] of data.entries()) {
    if (value === 0) continue;
    columns.push(at % SIZE.width);
    rows.push(Math.floor(at / SIZE.width));
  }
  return (
    Math.min(...columns) <= right! &&
    Math.max(...columns) >= left! &&
    Math.min(...rows) <= bottom! &&
    Math.max(...rows) >= top!
  );
}

const pixels = (label: Label): string => {
  if (label.geometryType === 'rectangle') return JSON.stringify(label.points.exterior);
  if (label.geometryType !== 'bitmap') return label.geometryType;
  const { x, y, width, height, data } = decodeBitmap(label.bitmap);
  return `${x},${y} ${width}x${height} ${Buffer.from(data).toString('hex')}`;
};

/** Labels of one object as one text; keys themselves are new each time. */
function told(labels: readonly Label[]): string[] {
  const groups = new Map<string, string[]>();
  for (const [i, label] of labels.entries()) {
    const words = label.tags.map(({ name, value }) => `${name}=${value ?? ''}`).sort();
    const key = label.instance ?? `alone ${i}`;
    groups.set(key, [...(groups.get(key) ?? []), `${label.classTitle} ${pixels(label)} ${words.join(';')}`]);
  }
  return [...groups.values()].map((group) => group.sort().join(' | ')).sort();
}

/** A mask without a box gets one, which an import cannot tell from another. */
function withBoxes(labels: readonly Label[]): Label[] {
  return labels.flatMap((label): Label[] => {
    const { instance } = label;
    if (
      label.geometryType !== 'bitmap' ||
      labels.some((one) => one.instance === instance && one.geometryType === 'rectangle')
    )
      return [label];
    const { x, y, width, height } = decodeBitmap(label.bitmap);
    const exterior: [number, number][] = [
      [x, y],
      [x + width - 1, y + height - 1],
    ];
    const box = {
      classTitle: `${label.classTitle}_bbox`,
      tags: [],
      geometryType: 'rectangle',
      shape: 'rectangle',
    };
    return [label, { ...box, points: { exterior, interior: [] }, instance } as Label];
  });
}

function filesOf(pictures: Record<string, readonly Label[]>): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {
    'project/meta.json': JSON.stringify({
      classes: CLASSES,
      tags: [...TAGS, ...TEXTS],
      projectType: 'images',
    }),
  };
  for (const [name, objects] of Object.entries(pictures)) {
    const annotation: ImageAnnotation = { description: '', size: SIZE, tags: [], objects: [...objects] };
    files[`project/train/img/${name}`] = picture(SIZE);
    files[`project/train/ann/${name}.json`] = JSON.stringify(annotation);
  }
  return files;
}

const importAgain = async (run: ExportedHere): Promise<HereResult> =>
  importFiles({
    ...run.entries,
    // So that there are masks, and with them classes of masks, in every case.
    'VOCdevkit/VOC/SegmentationClass/none.png': picture(SIZE),
    'VOCdevkit/VOC/colors.txt': 'dog 64 0 128\nred car 0 255 0\n',
  });

test('any project comes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(thing, { maxLength: 5 }),
      fc.array(thing, { maxLength: 3 }),
      async (first, second) => {
        const before: Record<string, Label[]> = { 'a.png': labelsFrom(first), 'b.png': labelsFrom(second) };
        const exported = await exportFiles(filesOf(before));
        expect(exported.failure).toBeUndefined();
        const again = await importAgain(exported);
        expect(again.items.map(({ dataset, name }) => `${dataset}/${name}`)).toEqual([
          'train/a.png',
          'train/b.png',
        ]);
        expect(again.reports.filter(({ status }) => status !== 'skipped')).toEqual([]);
        for (const item of again.items) {
          const expected = withBoxes(before[item.name] ?? []).map((label, _, all): Label => {
            const alone = all.filter((one) => one.instance === label.instance).length === 1;
            const { instance: _instance, ...rest } = label;
            return alone ? (rest as Label) : label;
          });
          expect(told(labelsOf(item))).toEqual(told(expected));
        }
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

test('a project of boxes alone keeps its classes as they are', async () => {
  const classes = [cls('car', 'rectangle', '#0A0B0C'), cls('traffic light', 'rectangle', '#FF00FF')];
  const objects = classes.map(({ title }, i) => ({
    classTitle: title,
    tags: [],
    geometryType: 'rectangle',
    points: {
      exterior: [
        [i, 0],
        [i + 3, 5],
      ],
      interior: [],
    },
  }));
  const files = {
    'project/meta.json': JSON.stringify({ classes, tags: [], projectType: 'images' }),
    'project/val/img/a.png': picture(SIZE),
    'project/val/ann/a.png.json': JSON.stringify({ description: '', size: SIZE, tags: [], objects }),
  };
  const again = await importFiles((await exportFiles(files)).entries);
  expect(again.items[0]).toMatchObject({ dataset: 'val', name: 'a.png' });
  expect(labelsOf(again.items[0]).map(({ classTitle }) => classTitle)).toEqual(['car', 'traffic light']);
  expect(again.meta.classes).toEqual(classes);
});
