/** What was exported comes back, and another program finds the same in it. */
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import { labelMask } from '../../../src/format/label-mask.ts';
import type { Label } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { importHere, labelsOf, writeFiles } from '../../../test/support/import-here.ts';
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
import { drawn, SCRIPT, type ToldMask, toldMask } from './cases.ts';

const size = { width: WIDTH, height: HEIGHT };
const SHAPES = [
  'bitmap',
  'polygon',
  'rectangle',
  'line',
  'point',
  'graph',
  'oriented_bbox',
  'cuboid_2d',
] as const;
const ALL = { machine_masks: true, instance_masks: true, semantic_rgb_masks: true, annotations: false };

/** What the labels of a project look like: by class, the pixels that can be seen when large ones lie below. */
function visible(labels: readonly Label[]): Record<string, string[]> {
  const masks = labels.flatMap((label) => {
    const mask = labelMask(label, size, 2);
    return mask === undefined
      ? []
      : [{ title: label.classTitle, rows: drawn(asBitmap(label, mask), WIDTH, HEIGHT) }];
  });
  const area = (rows: string[]): number => rows.join('').replaceAll('.', '').length;
  const top = new Map<number, string>();
  for (const { title, rows } of [...masks].sort((a, b) => area(b.rows) - area(a.rows)))
    for (const [i, char] of [...rows.join('')].entries()) if (char === '#') top.set(i, title);
  return byClass([...top].map(([i, title]) => [title, i]));
}

function byClass(pixels: readonly (readonly [string, number])[]): Record<string, string[]> {
  const classes: Record<string, number[]> = {};
  for (const [title, i] of pixels) classes[title] = [...(classes[title] ?? []), i];
  return Object.fromEntries(
    Object.entries(classes).map(([title, list]) => [title, list.sort((a, b) => a - b).map(String)]),
  );
}

const asBitmap = (label: Label, mask: NonNullable<ReturnType<typeof labelMask>>): Label => ({
  classTitle: label.classTitle,
  tags: [],
  geometryType: 'bitmap',
  bitmap: encodeBitmap(mask),
});

const pixelsOf = (labels: readonly Label[]): Record<string, string[]> =>
  byClass(
    labels.flatMap((label) =>
      [...drawn(label, WIDTH, HEIGHT).join('')].flatMap((char, i) =>
        char === '#' ? [[label.classTitle, i] as const] : [],
      ),
    ),
  );

const projects = randomProjects({
  shapes: SHAPES,
  objectTags: [],
  imageTags: [],
  instances: false,
  holes: true,
});

describe('there and back', () => {
  test('machine masks and colour masks keep what can be seen, class by class', async () => {
    await fc.assert(
      fc.asyncProperty(projects, fc.boolean(), async (random: RandomProject, rgb) => {
        const run = await exportHere('masks', projectFiles(random), {
          ...ALL,
          instance_masks: false,
          machine_masks: !rgb,
          semantic_rgb_masks: rgb,
        });
        expect(run.failure).toBeUndefined();
        const back = await importHere({ plugin: 'masks', files: run.entries });
        expect(back.failure).toBeUndefined();
        const got = new Map(
          back.items.map((item) => [`${item.dataset}/${item.name}`, pixelsOf(labelsOf(item))]),
        );
        for (const { dataset, name, annotation } of random.items)
          expect(got.get(`${dataset}/${name}`)).toEqual(visible(annotation.objects as Label[]));
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('instance masks keep every label with a pixel, whole', async () => {
    await fc.assert(
      fc.asyncProperty(projects, async (random) => {
        const run = await exportHere('masks', projectFiles(random), { ...ALL, semantic_rgb_masks: false });
        const back = await importHere({
          plugin: 'masks',
          files: run.entries,
          options: { masks: 'instances' },
        });
        const got = new Map(
          back.items.map((item) => [
            `${item.dataset}/${item.name}`,
            labelsOf(item)
              .map((label) => JSON.stringify([label.classTitle, drawn(label, WIDTH, HEIGHT)]))
              .sort(),
          ]),
        );
        for (const { dataset, name, annotation } of random.items) {
          const sent = (annotation.objects as Label[]).flatMap((label) => {
            const mask = labelMask(label, size, 2);
            return mask === undefined
              ? []
              : [JSON.stringify([label.classTitle, drawn(asBitmap(label, mask), WIDTH, HEIGHT)])];
          });
          expect(got.get(`${dataset}/${name}`)).toEqual(sent.sort());
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe.skipIf(!hasPython('numpy', 'PIL', 'cv2'))('another program', () => {
  interface Report {
    files: Record<string, [mode: string, width: number, height: number]>;
    masks: Record<string, Record<string, ToldMask>>;
    instances: Record<string, ToldMask>;
    rgb: Record<string, Record<string, ToldMask>>;
    human?: Record<string, number[][][]>;
  }

  test('reads the same masks, in threads, through the host', async () => {
    const random = fc.sample(
      projects.filter(({ items }) => items.some(({ annotation }) => annotation.objects.length > 3)),
      { numRuns: 12, seed: 7 },
    );
    const meta = random[0]!.meta;
    const items = random.flatMap((one, i) =>
      one.items.map((item) => ({ ...item, dataset: `p${i}/${item.dataset}` })),
    );
    expect(items.length).toBeGreaterThan(20);
    const run = await runPlugin({
      action: 'export',
      plugin: 'masks',
      files: projectFiles({ meta, items }),
      options: { ...ALL, human_masks: true },
    });
    expect(run.failure).toBeUndefined();
    const folder = tempFolder('oracle');
    writeFiles(folder, Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)])));
    const report = JSON.parse(runPython(SCRIPT, 'read', folder)) as Report;
    let compared = 0;
    for (const { dataset, name, annotation } of items) {
      const at = `${dataset.replaceAll('/', '/datasets/')}`;
      const stem = path.posix.parse(name).name;
      const labels = annotation.objects as Label[];
      const sent = labels.flatMap((label) => {
        const mask = labelMask(label, size, 2);
        return mask === undefined ? [] : [toldMask(encodeBitmap(mask))];
      });
      const own = Object.entries(report.instances).filter(([file]) =>
        file.startsWith(`${at}/masks_instances/${stem}/`),
      );
      expect(own.map(([, told]) => told).sort()).toEqual(sent.sort());
      const shown = Object.keys(visible(labels)).sort();
      expect(Object.keys(report.masks[`${at}/masks_machine/${stem}.png`] ?? {}).sort()).toEqual(shown);
      expect(report.rgb[`${at}/masks_semantic_rgb/${stem}.png`]).toEqual(
        report.masks[`${at}/masks_machine/${stem}.png`],
      );
      expect(report.files[`${at}/masks_machine/${stem}.png`]).toEqual(['L', WIDTH, HEIGHT]);
      expect(report.files[`${at}/masks_human/${stem}.png`]).toEqual(['RGB', 2 * WIDTH, HEIGHT]);
      compared += sent.length;
    }
    expect(compared).toBeGreaterThan(40);
  }, 60_000);
});
