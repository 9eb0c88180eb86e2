import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import type { Label } from '../../../src/format/model.ts';
import { type ExportedHere, exportHere } from '../../../test/support/export-here.ts';
import { type Files, importHere, labelsOf, namesOf, writeFiles } from '../../../test/support/import-here.ts';
import { hasPython, runPython } from '../../../test/support/python.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { picture, SCRIPT, type ToldMask } from './cases.ts';

const ALL = { machine_masks: true, instance_masks: true, semantic_rgb_masks: true, annotations: false };

const box = (classTitle: string, left: number, top: number, right: number, bottom: number): Label => ({
  classTitle,
  tags: [],
  geometryType: 'rectangle',
  shape: 'rectangle',
  points: {
    exterior: [
      [left, top],
      [right, bottom],
    ],
    interior: [],
  },
});

function project(labels: readonly Label[], classes = ['big', 'small'], names = ['a.png']): Files {
  const files: Record<string, string | Uint8Array> = {
    'project/meta.json': JSON.stringify({
      classes: classes.map((title, i) => ({
        title,
        shape: 'rectangle',
        color: `#0000${(i % 256).toString(16).padStart(2, '0')}`,
        geometry_config: {},
      })),
      tags: [],
      projectType: 'images',
    }),
  };
  for (const name of names) {
    files[`project/ds/img/${name}`] = picture(6, 3);
    files[`project/ds/ann/${name}.json`] = JSON.stringify({
      description: '',
      size: { width: 6, height: 3 },
      tags: [],
      objects: labels,
    });
  }
  return files;
}

const numbersIn = (run: ExportedHere, name: string): number[][] => {
  const { data, width, height } = decode(run.entries[name] as Buffer);
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
};

describe('what is written', () => {
  test('largest first, so that what is small can be seen', async () => {
    const run = await exportHere('masks', project([box('small', 1, 1, 2, 1), box('big', 0, 0, 5, 2)]));
    expect(run.failure).toBeUndefined();
    expect(run.reports).toEqual([]);
    expect(Object.keys(run.entries).sort()).toEqual([
      'ds/ann/a.png.json',
      'ds/img/a.png',
      'ds/masks_machine/a.png',
      'meta.json',
      'obj_class_to_machine_color.json',
    ]);
    expect(numbersIn(run, 'ds/masks_machine/a.png')).toEqual([
      [1, 1, 1, 1, 1, 1],
      [1, 2, 2, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
    ]);
    expect(JSON.parse(String(run.entries['obj_class_to_machine_color.json']))).toEqual({
      big: [1, 1, 1],
      small: [2, 2, 2],
    });
  });

  test('16 bits for more than 255 classes', async () => {
    const classes = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const run = await exportHere('masks', project([box('c299', 0, 0, 1, 0)], classes));
    const png = decode(run.entries['ds/masks_machine/a.png'] as Buffer);
    expect([png.depth, png.channels, ...png.data.subarray(0, 3)]).toEqual([16, 1, 300, 300, 0]);
  });

  test('classes of one colour, or black, get colours of their own', async () => {
    const files = project([box('big', 0, 0, 0, 0)], ['big', 'small']);
    const meta = JSON.parse(String(files['project/meta.json']));
    for (const one of meta.classes) one.color = '#000000';
    const run = await exportHere(
      'masks',
      { ...files, 'project/meta.json': JSON.stringify(meta) },
      { semantic_rgb_masks: true, machine_masks: false },
    );
    const colours = Object.values(JSON.parse(String(run.entries['obj_class_to_semantic_color.json']))).map(
      String,
    );
    expect(new Set([...colours, '0,0,0']).size).toBe(3);
    expect(String(numbersIn(run, 'ds/masks_semantic_rgb/a.png')[0])).toContain(String(colours[0]));
  });

  test('instance masks have the names of classes, which are found again', async () => {
    const titles = ['a/b', 'a', 'a_01', '..'];
    const labels = ['a/b', 'a', 'a', 'a_01', '..'].map((title, i) => box(title, i, 0, i, 0));
    const run = await exportHere('masks', project(labels, titles), {
      ...ALL,
      machine_masks: false,
      semantic_rgb_masks: false,
    });
    expect(Object.keys(run.entries).filter((name) => name.includes('instances'))).toEqual(
      ['a-b', 'a', 'a_01', 'a-01', '-'].map((word) => `ds/masks_instances/a/${word}.png`),
    );
    const back = await importHere({ plugin: 'masks', files: run.entries });
    expect(
      labelsOf(back.items[0])
        .map(({ classTitle }) => classTitle)
        .sort(),
    ).toEqual(['..', 'a', 'a', 'a/b', 'a_01']);
  });

  test('two pictures of one stem keep two masks', async () => {
    const run = await exportHere(
      'masks',
      project([box('big', 0, 0, 5, 2)], ['big'], ['a.jpg', 'a.png']),
      ALL,
    );
    expect(Object.keys(run.entries).filter((name) => /img|machine\//.test(name))).toEqual([
      'ds/img/a.jpg',
      'ds/masks_machine/a.png',
      'ds/img/a_01.png',
      'ds/masks_machine/a_01.png',
    ]);
    const back = await importHere({ plugin: 'masks', files: run.entries });
    expect(namesOf(back)).toEqual(['ds/a.jpg', 'ds/a_01.png']);
  });

  test('thickness of lines and points', async () => {
    const point = {
      ...box('big', 0, 0, 0, 0),
      geometryType: 'point',
      shape: 'point',
      points: { exterior: [[3, 1]], interior: [] },
    };
    const thin = await exportHere('masks', project([point as Label]), { thickness: 1 });
    const thick = await exportHere('masks', project([point as Label]), { thickness: 3 });
    const sum = (run: ExportedHere): number =>
      numbersIn(run, 'ds/masks_machine/a.png')
        .flat()
        .reduce((a, b) => a + b);
    expect([sum(thin), sum(thick)]).toEqual([1, 9]);
  });

  test('only what is asked for; nothing at all is refused', async () => {
    const files = project([], ['big']);
    const none = await exportHere('masks', files, { only_annotated: true });
    expect(Object.keys(none.entries)).toEqual(['obj_class_to_machine_color.json', 'meta.json']);
    const bare = await exportHere('masks', files, { only_annotations: true, annotations: false });
    expect(Object.keys(bare.entries)).toEqual(['obj_class_to_machine_color.json', 'ds/masks_machine/a.png']);
    const nothing = await exportHere('masks', files, { machine_masks: false });
    expect(nothing.failure).toMatchObject({ code: 'SLY_PLUGIN_OPTIONS' });
  });

  test('human masks: the picture, and beside it the picture with colours', async () => {
    const run = await exportHere('masks', project([box('small', 1, 1, 2, 1)], ['big', 'small']), {
      human_masks: true,
    });
    const { data, width, height, channels } = decode(run.entries['ds/masks_human/a.png'] as Buffer);
    expect([width, height, channels]).toEqual([12, 3, 3]);
    const at = (x: number, y: number): number[] => [...data.subarray((y * 12 + x) * 3, (y * 12 + x + 1) * 3)];
    expect(at(1, 1)).toEqual([90, 90, 90]);
    expect(at(7, 1)).toEqual([45, 45, 45]);
    expect(at(7, 0)).toEqual([90, 90, 90]);
    const half = await exportHere('masks', project([]), { human_masks: true, human_resize: 50 });
    expect(decode(half.entries['ds/masks_human/a.png'] as Buffer)).toMatchObject({ width: 6, height: 2 });
  });

  test('a picture that cannot be read costs its human mask; a link has masks all the same', async () => {
    const files = {
      ...project([box('big', 0, 0, 5, 2)]),
      'project/items.ndjson': [
        { dataset: 'ds', name: 'a.png', image: 'ds/img/a.png', ann: 'ds/ann/a.png.json' },
        { dataset: 'ds', name: 'b.png', link: 'http://x.example/b.png', ann: 'ds/ann/a.png.json' },
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
      'project/ds/img/a.png': 'no picture',
    };
    const run = await exportHere('masks', files, { human_masks: true, annotations: false });
    expect(run.reports.map(({ file, message }) => [file, message])).toEqual([
      ['data/project/ds/img/a.png', expect.stringContaining('unsupported image format')],
      [undefined, '2 labels of shape rectangle (it is written as pixels) cannot be expressed in masks'],
      [undefined, '1 picture that is a link (it is written without) cannot be expressed in masks'],
    ]);
    expect(Object.keys(run.entries)).toContain('ds/masks_machine/b.png');
    expect(run.written).toHaveLength(2);
  });

  test('a mask that cannot be decoded costs its label', async () => {
    const torn = {
      ...box('big', 0, 0, 1, 1),
      geometryType: 'bitmap',
      shape: 'bitmap',
      bitmap: { origin: [0, 0], data: 'AAAA' },
    };
    const run = await exportHere('masks', project([torn as unknown as Label, box('small', 0, 0, 0, 0)]));
    expect(run.reports).toMatchObject([
      { status: 'warning', place: 'objects[0].bitmap.data', code: 'SLY_FORMAT_INVALID' },
    ]);
    expect(numbersIn(run, 'ds/masks_machine/a.png')[0]).toEqual([2, 0, 0, 0, 0, 0]);
  });
});

describe.skipIf(!hasPython('numpy', 'PIL', 'cv2'))('another program', () => {
  test('16-bit numbers', async () => {
    const classes = Array.from({ length: 400 }, (_, i) => `c${i}`);
    const run = await exportHere('masks', project([box('c399', 1, 1, 4, 1)], classes), {
      annotations: false,
    });
    const folder = tempFolder('oracle');
    writeFiles(folder, run.entries);
    const report = JSON.parse(runPython(SCRIPT, 'read', folder)) as {
      files: Record<string, [mode: string, width: number, height: number]>;
      masks: Record<string, Record<string, ToldMask>>;
    };
    expect(Object.keys(report.masks['ds/masks_machine/a.png'] ?? {})).toEqual(['c399']);
    expect(report.files['ds/masks_machine/a.png']?.[0]).toMatch(/^I/);
  });
});
