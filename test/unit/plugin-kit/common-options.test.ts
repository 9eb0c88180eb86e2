/** The options the host carries out for every plugin with labels, through real plugins. */
import path from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { decodeBitmap, encodeBitmap } from '../../../src/format/bitmap.ts';
import type { ImageAnnotation, Label, ProjectMeta } from '../../../src/format/model.ts';
import { packageRoot } from '../../../src/lib/version.ts';
import { createChosenLabels } from '../../../src/plugin-kit/chosen-labels.ts';
import type {
  EntityWriter,
  NewItem,
  Problem,
  ProjectWriter,
  Reporter,
} from '../../../src/plugin-kit/plugin.ts';
import { withCommonOptions } from '../../../src/protocol/common-options.ts';
import { runPlugin } from '../../support/run-plugin.ts';

const COCO = {
  images: [{ id: 1, file_name: 'a.png', width: 20, height: 10 }],
  categories: [
    { id: 1, name: 'car' },
    { id: 2, name: 'dog' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, segmentation: [[2, 2, 8, 2, 8, 6, 2, 6]] },
    { id: 2, image_id: 1, category_id: 2, bbox: [1, 1, 4, 4] },
  ],
};
const png = encode({ width: 20, height: 10, data: new Uint8Array(200), channels: 1 });
const files = { 'a.png': png, 'a.json': JSON.stringify(COCO) };

const NO_ENTITIES: EntityWriter = {
  setType: () => undefined,
  add: async () => ({ addFigures: async () => undefined }),
  addEpisode: async () => undefined,
};

function objectsOf(item: { ann?: unknown } = {}): Label[] {
  return (item.ann as ImageAnnotation).objects as Label[];
}

test('classes: other labels and classes do not come, pictures do', async () => {
  const all = await runPlugin({ action: 'import', plugin: 'coco', files });
  expect(objectsOf(all.items[0]).map((one) => one.classTitle)).toEqual(['car', 'dog_bbox']);
  const some = await runPlugin({
    action: 'import',
    plugin: 'coco',
    files,
    options: { classes: ['car', 'cat'] },
  });
  expect(some.items).toHaveLength(1);
  expect(objectsOf(some.items[0]).map((one) => one.classTitle)).toEqual(['car']);
  expect(some.meta?.classes.map((one) => one.title)).toEqual(['car']);
  expect(some.reports.map((one) => one.message)).toContainEqual(expect.stringContaining('"cat"'));
});

test('masks_as bitmap: polygons become masks, and their classes with them', async () => {
  const { items, meta } = await runPlugin({
    action: 'import',
    plugin: 'coco',
    files,
    options: { masks_as: 'bitmap' },
  });
  expect(meta?.classes.find((one) => one.title === 'car')?.shape).toBe('bitmap');
  const [car] = objectsOf(items[0]);
  if (car?.geometryType !== 'bitmap') throw new Error(`got ${car?.geometryType}`);
  const mask = decodeBitmap(car.bitmap);
  expect([mask.x, mask.y, mask.width, mask.height]).toEqual([2, 2, 7, 5]);
  expect(mask.data.every((pixel) => pixel === 1)).toBe(true);
});

test('masks_as polygon: parts of one mask share an instance, thin ones are counted as lost', async () => {
  const added: NewItem[] = [];
  const said: Problem[] = [];
  const project: ProjectWriter = {
    defineClass: ({ title }) => title,
    defineTag: ({ name }) => name,
    mergeMeta: () => ({ classes: new Map(), tags: new Map() }),
    add: async (item) => void added.push(item),
    resultFile: () => ({ absolute: '', result: '' }),
  };
  const report = { warning: async (problem: Problem) => void said.push(problem) } as unknown as Reporter;
  const chosen = createChosenLabels({ project, entities: NO_ENTITIES }, { masks_as: 'polygon', classes: [] });
  if (chosen === undefined) throw new Error('nothing was chosen');
  const data = new Uint8Array(100);
  for (const at of [0, 1, 2, 10, 11, 12, 20, 21, 22, 77, 78, 79, 87, 88, 89, 97, 98, 99]) data[at] = 1;
  const two = encodeBitmap({ x: 0, y: 0, width: 10, height: 10, data });
  const dot = encodeBitmap({ x: 4, y: 4, width: 1, height: 1, data: new Uint8Array([1]) });
  chosen.project.defineClass({ title: 'car', shape: 'bitmap' });
  const label = { classTitle: 'car', tags: [], geometryType: 'bitmap' as const, shape: 'bitmap' };
  await chosen.project.add({
    dataset: 'd',
    name: 'a.png',
    file: 'a.png',
    annotation: {
      description: '',
      size: { width: 10, height: 10 },
      tags: [],
      objects: [
        { ...label, bitmap: two },
        { ...label, bitmap: dot },
      ],
    },
  });
  await chosen.finish(report);
  const objects = added[0]?.annotation?.objects ?? [];
  expect(objects.map((one) => one.geometryType)).toEqual(['polygon', 'polygon']);
  expect(objects[0]?.instance).toMatch(/^[0-9a-f]{32}$/);
  expect(objects[1]?.instance).toBe(objects[0]?.instance);
  expect(objects[0]).not.toHaveProperty('bitmap');
  expect(said.map((one) => one.message)).toEqual([
    '1 mask of single pixels or a thin line cannot be expressed in a polygon',
  ]);
});

test('classes of an export: the target has only these, and all pictures', async () => {
  const folder = path.join(packageRoot(), 'plugins', 'supervisely', 'fixtures');
  const exported = { action: 'export' as const, plugin: 'supervisely', folder };
  const metaOf = async (options: Record<string, unknown>) => {
    const { entry, entries, reports } = await runPlugin({ ...exported, options });
    const meta = JSON.parse(entry('project/meta.json').toString()) as ProjectMeta;
    return { titles: meta.classes.map((one) => one.title), files: entries.length, reports };
  };
  const all = await metaOf({});
  expect(all.titles.length).toBeGreaterThan(1);
  const [title = ''] = all.titles;
  const one = await metaOf({ classes: [title] });
  expect(one).toMatchObject({ titles: [title], files: all.files, reports: [] });
  expect((await metaOf({ classes: ['nobody'] })).reports[0]?.message).toContain('"nobody"');
});

test('a plugin without labels has no options about them, one without images none about masks', () => {
  const manifest = {
    name: 'x',
    version: '1.0.0',
    title: 'X',
    description: 'x',
    actions: ['import' as const],
    modalities: ['images' as const],
  };
  expect(withCommonOptions({ ...manifest, labels: false }).options).toBeUndefined();
  expect(Object.keys(withCommonOptions(manifest).options?.import?.properties ?? {})).toEqual([
    'classes',
    'masks_as',
  ]);
  const videos = withCommonOptions({ ...manifest, modalities: ['videos'] });
  expect(Object.keys(videos.options?.import?.properties ?? {})).toEqual(['classes']);
});
