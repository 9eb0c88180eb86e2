/** What was exported comes back, and another program finds the same in it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelMask, paintMask, union } from '../../../src/format/label-mask.ts';
import type { ImageAnnotation, Label } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import {
  annotationOf,
  importHere,
  labelsOf,
  namesOf,
  writeFiles,
} from '../../../test/support/import-here.ts';
import { hasPython, runPython } from '../../../test/support/python.ts';
import {
  HEIGHT,
  projectFiles,
  type RandomProject,
  randomProjects,
  WIDTH,
} from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { SCRIPT, toldMask } from './cases.ts';

const size = { width: WIDTH, height: HEIGHT };

const seen = (labels: readonly Label[]): number[] => {
  const titles = [...new Set(labels.map(({ classTitle }) => classTitle))].sort();
  const numbers = new Uint8Array(WIDTH * HEIGHT);
  for (const label of labels) {
    const mask = labelMask(label, size);
    if (mask !== undefined) paintMask(mask, numbers, WIDTH, titles.indexOf(label.classTitle) + 1);
  }
  return [...numbers];
};

const random = (shapes: readonly ('polygon' | 'bitmap')[]): fc.Arbitrary<RandomProject> =>
  randomProjects({ shapes, objectTags: [], imageTags: [], instances: true, holes: true });

describe('there and back', () => {
  test('polygons with their holes, order and instances; splits by tag', async () => {
    await fc.assert(
      fc.asyncProperty(random(['polygon']), async (sent) => {
        const run = await exportHere('cityscapes', projectFiles(sent));
        expect(run.failure).toBeUndefined();
        const back = await importHere({
          plugin: 'cityscapes',
          files: run.entries,
          options: { datasets: 'folder' },
        });
        expect(back.failure).toBeUndefined();
        const plain = ({ objects }: ImageAnnotation): string =>
          JSON.stringify(
            (objects as Label[]).map((label) => [
              label.classTitle,
              label.geometryType === 'polygon' && label.points,
              label.instance ?? null,
            ]),
          );
        expect(back.items.map((item) => plain(annotationOf(item))).sort()).toEqual(
          sent.items.map(({ annotation }) => plain(annotation)).sort(),
        );
        expect(back.items).toHaveLength(sent.items.length);
        for (const item of back.items)
          expect(annotationOf(item).tags).toEqual([{ name: 'split', value: item.dataset.split('/')[0] }]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('masks without holes are the same pixels again, from polygons and from ids', async () => {
    await fc.assert(
      fc.asyncProperty(random(['bitmap']), fc.boolean(), async (sent, fromIds) => {
        const run = await exportHere('cityscapes', projectFiles(sent));
        const files = Object.fromEntries(
          Object.entries(run.entries).filter(([name]) => !fromIds || !name.endsWith('_polygons.json')),
        );
        const back = await importHere({ plugin: 'cityscapes', files });
        expect(back.failure).toBeUndefined();
        const expected = sent.items
          .filter(({ annotation }) => fromIds || !annotation.objects.some(hasHole))
          .map(({ annotation }) => JSON.stringify(seen(annotation.objects as Label[])));
        const got = back.items.map((item) => JSON.stringify(seen(labelsOf(item))));
        expect(got).toEqual(expect.arrayContaining(expected));
        expect(namesOf(back)).toHaveLength(sent.items.length);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

/** Filling an outline fills its holes; where they are joined their border belongs to the hole. */
function hasHole(label: unknown): boolean {
  const mask = labelMask(label as Label, size);
  if (mask === undefined) return false;
  const { width, height } = mask;
  const outside = new Uint8Array((width + 2) * (height + 2));
  const stack = [0];
  while (stack.length > 0) {
    const at = stack.pop() as number;
    const [x, y] = [at % (width + 2), Math.floor(at / (width + 2))];
    const set = x > 0 && y > 0 && x <= width && y <= height && mask.data[(y - 1) * width + x - 1] !== 0;
    if (outside[at] === 1 || set) continue;
    outside[at] = 1;
    if (x > 0) stack.push(at - 1);
    if (x <= width) stack.push(at + 1);
    if (y > 0) stack.push(at - width - 2);
    if (y <= height) stack.push(at + width + 2);
  }
  return mask.data.some(
    (value, i) => value === 0 && outside[(Math.floor(i / width) + 1) * (width + 2) + (i % width) + 1] === 0,
  );
}

describe.skipIf(!hasPython('numpy', 'PIL'))('another program', () => {
  interface Report {
    classes: { name: string; id: number }[];
    scenes: Record<
      string,
      {
        problems: string[];
        objects: [string, number][];
        labels: Record<string, unknown>;
        instances: Record<string, unknown>;
        differ: number;
      }
    >;
  }

  test('finds the export sound, in threads, through the host', async () => {
    const samples = fc.sample(random(['polygon', 'bitmap']), { numRuns: 12, seed: 11 });
    const { meta } = samples[0]!;
    const items = samples.flatMap((one, i) =>
      one.items.map((item) => ({ ...item, dataset: `p${i}/${item.dataset}` })),
    );
    expect(items.length).toBeGreaterThan(20);
    const run = await runPlugin({
      action: 'export',
      plugin: 'cityscapes',
      files: projectFiles({ meta, items }),
    });
    expect(run.failure).toBeUndefined();
    const folder = tempFolder('oracle');
    writeFiles(folder, Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)])));
    const report = JSON.parse(runPython(SCRIPT, 'read', folder)) as Report;
    const scenes = Object.values(report.scenes);
    expect(scenes).toHaveLength(items.length);
    expect(scenes.flatMap(({ problems }) => problems)).toEqual([]);
    const told = items.map(({ annotation }) =>
      JSON.stringify(
        toldByClass(
          annotation.objects as Label[],
          meta.classes.map(({ title }) => title),
        ),
      ),
    );
    expect(scenes.map(({ labels }) => JSON.stringify(labels)).sort()).toEqual(told.sort());
  }, 60_000);
});

/** By class number, what is seen of it. */
function toldByClass(labels: readonly Label[], titles: readonly string[]): Record<string, unknown> {
  const numbers = new Uint8Array(WIDTH * HEIGHT);
  for (const label of labels) {
    const mask = labelMask(label, size);
    if (mask !== undefined) paintMask(mask, numbers, WIDTH, titles.indexOf(label.classTitle) + 1);
  }
  const told: Record<string, unknown> = {};
  for (const [i] of titles.entries()) {
    const pixels = [...numbers].flatMap((value, at) =>
      value === i + 1
        ? [{ x: at % WIDTH, y: Math.floor(at / WIDTH), width: 1, height: 1, data: Uint8Array.of(1) }]
        : [],
    );
    const mask = union(pixels);
    if (mask !== undefined) told[i + 1] = toldMask(mask);
  }
  return told;
}
