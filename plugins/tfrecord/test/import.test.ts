import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sha256Of } from '../../../src/lib/hash.ts';
import { importHere, labelsOf, namesOf, told } from '../../../test/support/import-here.ts';
import { maskRows, PICTURE } from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { example, framed, objectIn } from './cases.ts';
import { oracle } from './oracle/oracle.ts';

const SHAPES = fileURLToPath(new URL('../fixtures/shapes', import.meta.url));
const one = (more = {}): Buffer => example(objectIn(PICTURE, more));
const importRecords = (file: Uint8Array, options = {}, more = {}) =>
  importHere({ plugin: 'tfrecord', files: { 'train.tfrecord': file, ...more }, options });

test('a source written by a Python script, through the real host', async () => {
  const expected = oracle<{
    firstPicture: number;
    firstLength: number;
    firstHash: string;
    packedHash: string;
  }>('write', tempFolder('shapes'));
  const run = await runPlugin({ action: 'import', plugin: 'tfrecord', folder: SHAPES });
  expect(run.failure).toBeUndefined();
  expect(namesOf(run)).toEqual([
    'test/packed.jpg',
    'train/first.png',
    'train/train_000001.png',
    'train/beside.png',
    'val/packed.jpg',
  ]);
  const [fromZlib, first, second, third, fromGzip] = run.items;
  // The bytes are in place, not copied.
  expect(first).toMatchObject({
    file: 'data/train.tfrecord-00000-of-00002',
    range: [expected.firstPicture, expected.firstPicture + expected.firstLength],
    mime: 'image/png',
    width: 20,
    height: 12,
    meta: { source_id: 'A17' },
  });
  const bytes = readFileSync(path.join(SHAPES, 'train.tfrecord-00000-of-00002')).subarray(
    ...(first?.range ?? []),
  );
  expect(sha256Of(bytes)).toBe(expected.firstHash);
  for (const item of [fromZlib, fromGzip]) {
    expect(item?.range).toBeUndefined();
    expect(sha256Of(readFileSync(path.join(run.taskFolder, item?.file ?? '')))).toBe(expected.packedHash);
  }
  const [instance] = labelsOf(first).map((label) => label.instance);
  const tags = [{ name: 'truncated' }, { name: 'view', value: 'Left' }, { name: 'weight', value: 0.1 }];
  expect(instance).toMatch(/^[0-9a-f]{32}$/);
  expect(first?.ann).toMatchObject({
    tags: [{ name: 'street' }, { name: 'rain' }],
    objects: [
      {
        classTitle: 'car',
        points: {
          exterior: [
            [2, 3],
            [7, 5],
          ],
        },
        tags,
        instance,
      },
      { classTitle: 'car_mask', geometryType: 'bitmap', tags, instance },
      // ymax 1.25 is cut at the border; its text is in the label map.
      {
        classTitle: 'person',
        points: {
          exterior: [
            [10, 0],
            [19, 11],
          ],
        },
        tags: [{ name: 'difficult' }],
      },
    ],
  });
  expect(labelsOf(first)[2]?.instance).toBeUndefined();
  expect(maskRows((labelsOf(first)[1] as never as { bitmap: never }).bitmap)).toEqual([
    3,
    3,
    '11111',
    '11111',
    '11111',
  ]);
  expect(labelsOf(second)).toMatchObject([
    {
      classTitle: 'class_7',
      points: {
        exterior: [
          [0, 0],
          [0, 0],
        ],
      },
      tags: [{ name: 'score', value: -3 }],
    },
    {
      classTitle: 'unlabeled',
      points: {
        exterior: [
          [0, 0],
          [3, 2],
        ],
      },
      tags: [{ name: 'score', value: 4 }],
    },
  ]);
  // A palette mask of 10 x 10 for a picture of 20 x 20.
  expect(labelsOf(third)).toMatchObject([{ classTitle: 'person' }, { classTitle: 'person_mask' }]);
  expect(maskRows((labelsOf(third)[1] as never as { bitmap: never }).bitmap)).toEqual([
    0,
    0,
    ...Array.from({ length: 20 }, () => '1'.repeat(10)),
  ]);
  expect(third?.file).toBe('data/beside.png');
  expect(labelsOf(fromGzip)).toMatchObject([{ classTitle: "it's é" }]);
  expect(run.meta?.classes.map(({ title }) => title)).toEqual([
    'car',
    'person',
    "it's é",
    'car_mask',
    'class_7',
    'unlabeled',
    'person_mask',
  ]);
  expect(run.used.map(({ file, as }) => `${file} ${as}`)).toEqual([
    'data/label_map.pbtxt label map of 3 classes',
    'data/test.tfrecords 1 record',
    'data/train.tfrecord-00000-of-00002 2 records',
    'data/train.tfrecord-00001-of-00002 1 record',
    'data/val.record 1 record',
  ]);
  expect(told(run).join('\n')).toContain('the label map has no such id');
  expect(told(run).join('\n')).toContain('expected a JPEG as its name says, got a PNG');
  expect(run.reports.every(({ status }) => status === 'warning')).toBe(true);
});

describe('a damaged file', () => {
  const sound = framed(one(), one(), one());
  const third = sound.length / 3;

  test('a wrong checksum of data: the byte, and the records before it', async () => {
    const damaged = Buffer.from(sound);
    damaged[2 * third + 40]! ^= 1;
    const run = await importRecords(damaged);
    expect(namesOf(run)).toEqual(['ds0/a.png', 'ds0/a_01.png'].map((name) => name.replace('ds0', 'train')));
    expect(told(run)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^failed data/train.tfrecord: byte ${2 * third}: expected data with the checksum 0x[0-9a-f]{8}, got 0x[0-9a-f]{8}$`,
        ),
      ),
    ]);
  });

  test('a wrong length, a cut, nonsense, nothing at all', async () => {
    const length = Buffer.from(sound);
    length[third]! ^= 1;
    const files = {
      'a.tfrecord': length,
      'b.tfrecord': sound.subarray(0, third + 5),
      'c.tfrecord': sound.subarray(0, third + 50),
      'd.tfrecord': Buffer.from('this is a text'),
      'e.tfrecord': Buffer.alloc(0),
      'f.tfrecord': Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.from('no gzip')]),
    };
    const run = await importHere({ plugin: 'tfrecord', files });
    expect(namesOf(run)).toEqual(['a/a.png', 'b/a.png', 'c/a.png']);
    expect(told(run)).toEqual([
      expect.stringContaining(`a.tfrecord: byte ${third}: expected a length with the checksum`),
      `failed data/b.tfrecord: byte ${third}: expected 12 bytes of header, got 5`,
      expect.stringMatching(
        /c\.tfrecord: byte \d+: expected \d+ bytes more, got the end of the file after 38$/,
      ),
      expect.stringContaining('d.tfrecord: byte 0: expected a length with the checksum'),
      'skipped data/e.tfrecord: expected records, got none: the file is empty',
      expect.stringMatching(/f\.tfrecord: expected gzip data to its end, got /),
    ]);
  });

  test('a length nobody has is refused before memory is asked for', async () => {
    const { createCrc32c, maskedCrc } = await import('../crc32c.ts');
    const head = Buffer.alloc(12);
    head.writeBigUInt64LE(1n << 40n);
    head.writeUInt32LE(maskedCrc(await createCrc32c(), head.subarray(0, 8)), 8);
    const run = await importRecords(Buffer.concat([framed(one()), head]));
    expect(run.items).toHaveLength(1);
    expect(told(run)[0]).toContain('expected a record of at most 536870912 bytes, got 1099511627776');
  });
});

describe('a damaged record', () => {
  test('no message, no picture, another size: the others go on', async () => {
    const run = await importRecords(
      framed(
        Buffer.from([0xff, 0xff]),
        one({ 'image/encoded': { bytes: ['GIF89a and more'] } }),
        one({ 'image/encoded': { bytes: [] } }),
        one({ 'image/width': { ints: [99] } }),
      ),
    );
    expect(run.items).toHaveLength(1);
    expect(told(run)).toEqual([
      expect.stringContaining('record 0 at byte 0: expected a tf.train.Example: byte 0 of the record'),
      expect.stringMatching(
        /^failed .* record 1 at byte 18: the picture of this record: expected one of .*, got a GIF$/,
      ),
      expect.stringContaining('expected image/encoded or a picture called "a.png", got neither'),
      expect.stringContaining('expected a picture of 99 x ?, got 37 x 23'),
    ]);
  });

  const bad = {
    'image/object/bbox/xmin': { floats: [Number.NaN, 100, 0, 2] },
    'image/object/bbox/xmax': { floats: [1, 200, 1, 2] },
    'image/object/bbox/ymin': { floats: [0, 0, 0, 0, 0] },
    'image/object/bbox/ymax': { floats: [1, 1, 1, 1] },
    'image/object/class/text': { bytes: ['a', 'b', 'c', 'd'] },
    'image/object/mask': { bytes: ['', '', 'no PNG', ''] },
    'image/object/keypoint/x': { floats: [1, 2, 3] },
  };

  test('boxes and masks that cannot be used, lists that do not fit', async () => {
    const run = await importRecords(framed(one(bad)));
    expect(labelsOf(run.items[0])).toMatchObject([{ classTitle: 'c', geometryType: 'rectangle' }]);
    const text = told(run).join('\n');
    for (const part of [
      'expected as many of xmin, ymin, xmax and ymax, got 4, 5, 4, 4; the first 4 are read',
      'expected four numbers as box, got [NaN, 0, 1, 1]; the box is left out',
      'expected shares of the picture between 0 and 1 as box, got [100, 0, 200, 1]',
      'expected a box inside of the picture, got [2, 0, 2, 1]',
      'object 2: expected a PNG as mask, got something else',
      'image/object/keypoint/x, got something else; this feature is not imported',
    ])
      expect(text).toContain(part);
  });

  test('bad_annotation decides what becomes of their picture', async () => {
    const skipped = await importRecords(framed(one(bad), one()), { bad_annotation: 'skip-item' });
    expect(skipped.items).toHaveLength(1);
    expect(told(skipped).some((line) => line.startsWith('skipped'))).toBe(true);
    const stopped = await importRecords(framed(one(), one(bad)), { bad_annotation: 'stop' });
    expect(stopped.failure).toMatchObject({ code: 'SLY_FORMAT_INVALID', file: 'train.tfrecord' });
  });
});

describe('datasets', () => {
  const names = async (files: readonly string[], datasets = 'split', more = {}): Promise<string[]> => {
    const run = await importHere({
      plugin: 'tfrecord',
      files: { ...Object.fromEntries(files.map((file) => [file, framed(one())])), ...more },
      options: { datasets },
    });
    return run.items.map((item) => item.dataset);
  };

  test('by the name of the record file, shards together', async () => {
    expect(
      await names([
        'x/coco-train-00000-of-00002.tfrecord',
        'x/coco-train-00001-of-00002.tfrecord',
        'x/val.record-0-of-1',
      ]),
    ).toEqual(['coco-train', 'coco-train', 'val']);
  });
  test('below the folder of the label map', async () => {
    expect(await names(['a/b.tfrecord'], 'split', { 'm.pbtxt': "item { id: 1 name: 'car' }" })).toEqual([
      'a/b',
    ]);
    expect(await names(['top/a/b.tfrecord', 'top/c.tfrecord'])).toEqual(['a/b', 'c']);
  });
  test('one name in folders of splits', async () => {
    expect(await names(['train/cards.tfrecord', 'valid/cards.tfrecord'])).toEqual(['train', 'valid']);
  });
  test('by folder, or one', async () => {
    expect(await names(['x/a.record', 'x/b.record'], 'folder')).toEqual(['x', 'x']);
    expect(await names(['x/a.record', 'b.record'], 'one')).toEqual(['ds0', 'ds0']);
  });
});

test('the nearest label map is used, a broken one is reported', async () => {
  const byId = one({ 'image/object/class/text': { bytes: [] }, 'image/object/class/label': { ints: [1] } });
  const run = await importHere({
    plugin: 'tfrecord',
    files: {
      'a/one.tfrecord': framed(byId),
      'a/labels.pbtxt': 'item { id: 1 name: "from a" }',
      'b/two.tfrecord': framed(byId),
      'b/labels.pbtxt': 'item { id: 1 name: "from b }\n',
      'b/deeper/more/unused.pbtxt': 'item { id: 1 name: "nobody" }',
    },
  });
  expect(run.items.map((item) => labelsOf(item)[0]?.classTitle)).toEqual(['from a', 'class_1']);
  const text = told(run).join('\n');
  expect(text).toContain('failed data/b/labels.pbtxt: line 1: expected the end of a text in quotes');
  expect(text).toContain('skipped data/b/deeper/more/unused.pbtxt');
});

test('classes of the whole picture by number', async () => {
  const run = await importRecords(
    framed(one({ 'image/class/label': { ints: [1, 5] } })),
    {},
    { 'l.pbtxt': 'item { id: 1 name: "indoor" }' },
  );
  expect(run.items[0]?.ann).toMatchObject({ tags: [{ name: 'indoor' }, { name: 'class_5' }] });
});
