/** What was exported comes back, and another reader finds the same in it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import { fillPolygon } from '../../../src/format/raster.ts';
import { annotationOf } from '../../../test/support/import-here.ts';
import { type PluginRunResult, runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { brief, importFiles, labels, png, said, toldMask } from './cases.ts';
import {
  bitmap,
  everything,
  exportItems,
  hole,
  json,
  meta,
  size,
  triangle,
  unpacked,
} from './export-cases.ts';
import { type CheckedFile, hasOracle, oracle } from './oracle/oracle.ts';

describe('a round trip', () => {
  test('project -> COCO -> project keeps everything COCO can say', async () => {
    const run = await exportItems(everything);
    const back = await importFiles(unpacked(run));
    expect(said(back)).toEqual([]);
    expect(back.items.map(({ dataset, name }) => `${dataset}/${name}`)).toEqual(['day/a.png', 'night/a.png']);
    const [day] = back.items;
    expect(annotationOf(day).tags.map((tag) => tag.value)).toEqual(['one "car"', 'two']);
    const objects = labels(back);
    const filled = fillPolygon({ exterior: triangle, interior: [hole] }, size)!;
    expect(objects.map(brief)).toEqual([
      ['car', triangle],
      [
        'car_bbox',
        [
          [1, 1],
          [9, 8],
        ],
      ],
      ['car_mask', filled.x, filled.y, filled.width, filled.height],
      [
        'car_bbox',
        [
          [1, 1],
          [9, 8],
        ],
      ],
      ['car_mask', 3, 2, 3, 2],
      [
        'car_bbox',
        [
          [3, 2],
          [5, 3],
        ],
      ],
      ['man', { foot: { loc: [7, 8] } }],
      [
        'man_bbox',
        [
          [5, 1],
          [8, 9],
        ],
      ],
      [
        'car_bbox',
        [
          [0, 0],
          [19, 9],
        ],
      ],
    ]);
    expect(toldMask(objects[4] as never)).toEqual(toldMask(bitmap as never));
    expect(objects[0]?.instance).toBe(objects[1]?.instance);
    expect(objects[0]?.tags).toEqual([{ name: 'doors', value: 4 }]);
    expect(objects[2]?.tags).toEqual([{ name: 'iscrowd' }]);
  });

  test('COCO -> project -> COCO gives the same annotations', async () => {
    const first = await exportItems(everything);
    const items = await importFiles(unpacked(first), { hidden_keypoints: true });
    const files: Record<string, string | Uint8Array> = { 'project/meta.json': JSON.stringify(items.meta) };
    for (const item of items.items) {
      files[`project/${item.dataset}/img/${item.name}`] = png();
      files[`project/${item.dataset}/ann/${item.name}.json`] = JSON.stringify(item.ann);
    }
    const second = await runPlugin({ action: 'export', plugin: 'coco', files });
    const plain = (run: PluginRunResult, name: string): unknown[] => {
      const { annotations, categories } = json(run, name);
      const names = new Map((categories ?? []).map((one) => [one.id, one.name]));
      return annotations.map(({ id: _id, category_id, ...one }) => ({
        ...one,
        category: names.get(category_id),
      }));
    };
    for (const name of ['instances', 'person_keypoints', 'captions'])
      expect(plain(second, name)).toEqual(plain(first, name));
  });

  test('addresses and licences of a COCO file come back', async () => {
    const source = {
      licenses: [{ id: 4, name: 'BY', url: 'http://l.example' }],
      images: [
        { id: 9, file_name: 'a.png', width: 20, height: 10, license: 4, flickr_url: 'http://f.example/a' },
      ],
      annotations: [],
      categories: [],
    };
    const { items } = await importFiles({ 'c.json': JSON.stringify(source), 'a.png': png() });
    const files = {
      'project/meta.json': JSON.stringify(meta),
      'project/items.ndjson': `${JSON.stringify({ dataset: 'ds', name: 'a.png', link: 'http://x.example/a.png', width: 20, height: 10, meta: items[0]?.meta })}\n`,
    };
    const run = await runPlugin({ action: 'export', plugin: 'coco', files });
    expect(json(run, 'instances')).toMatchObject({
      licenses: [{ id: 1, name: 'BY', url: 'http://l.example' }],
      images: [
        {
          id: 1,
          file_name: 'ds/a.png',
          license: 1,
          flickr_url: 'http://f.example/a',
          coco_url: 'http://x.example/a.png',
        },
      ],
    });
  });
});

describe.skipIf(!hasOracle)('another reader, made from the definition alone', () => {
  test('finds the export sound and the masks pixel by pixel the same', async () => {
    const run = await exportItems(everything);
    const folder = tempFolder('oracle');
    for (const [name, bytes] of Object.entries(unpacked(run))) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), bytes);
    }
    const report = oracle<Record<string, CheckedFile>>('check', folder);
    expect(Object.values(report).flatMap((file) => file.problems)).toEqual([]);
    const told = report['instances.json']!.annotations;
    const filled = {
      geometryType: 'bitmap',
      bitmap: encodeBitmap(fillPolygon({ exterior: triangle, interior: [hole] }, size)!),
    };
    expect(told.map((one) => one.mask)).toEqual([
      undefined,
      toldMask(filled as never),
      toldMask(bitmap as never),
      undefined,
      undefined,
    ]);
    expect(report['person_keypoints.json']!.annotations[0]?.keypoints).toEqual([6, 2, 1, 7, 8, 2]);
  });

  test('its masks are read pixel by pixel the same', async () => {
    const folder = tempFolder('oracle');
    for (const seed of [1, 2, 3]) {
      const file = path.join(folder, `${seed}.json`);
      const told = oracle<unknown[]>('write', file, String(seed));
      const run = await importFiles({ 'c.json': readFileSync(file) }, { links: true });
      expect(said(run)).toEqual([]);
      expect(labels(run).map((one) => toldMask(one as never))).toEqual(told);
    }
  });
});
