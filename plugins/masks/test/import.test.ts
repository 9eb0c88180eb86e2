import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { annotationOf, importHere, labelsOf, namesOf, told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { drawn, FIXTURES, fixture, grey, picture, rgb, type ToldMask, toldLabels } from './cases.ts';

/** What the program that made the fixtures says is in them. */
const TOLD = JSON.parse(readFileSync(path.join(FIXTURES, 'told.json'), 'utf8')) as Record<string, unknown>;
const classesIn = (name: string): [string, ToldMask][] =>
  Object.entries(TOLD[name] as Record<string, ToldMask>);
const byTitle = (a: [string, ToldMask], b: [string, ToldMask]): number => a[0].localeCompare(b[0]);

describe('fixtures of another program', () => {
  test('machine masks with instances, through the host', async () => {
    const run = await runPlugin({ action: 'import', plugin: 'masks', folder: fixture('machine') });
    expect(run.failure).toBeUndefined();
    expect(run.meta?.classes.map(({ title, shape, color }) => [title, shape, color])).toEqual([
      ['road', 'bitmap', '#804080'],
      ['car', 'bitmap', '#00008E'],
      ['pole', 'bitmap', '#999999'],
      ['sky', 'bitmap', '#4682B4'],
    ]);
    expect(namesOf(run)).toEqual(['town/street.jpg', 'town/yard.png', 'town/bare.png']);
    const street = toldLabels(labelsOf(run.items[0]));
    expect(street.slice(0, 3).sort(byTitle)).toEqual(classesIn('machine/street').sort(byTitle));
    expect(street[3]).toEqual(['car', TOLD.car_01]);
    expect(toldLabels(labelsOf(run.items[1]))).toEqual(classesIn('machine/yard'));
    expect(labelsOf(run.items[2])).toEqual([]);
    expect(run.used).toHaveLength(6);
    expect(told(run)).toEqual([
      'skipped data/town/masks_human/street.png: a picture of labels to look at; the labels come from the other masks',
      'skipped data/town/masks_human/yard.png: a picture of labels to look at; the labels come from the other masks',
      'warning data/town/img/bare.png: expected a mask for this picture, got none; it is imported without labels',
    ]);
  });

  test('the same without threads and native libraries', async () => {
    const run = await runPlugin({
      action: 'import',
      plugin: 'masks',
      folder: fixture('machine'),
      noThreads: true,
    });
    expect(run.failure).toBeUndefined();
    expect(toldLabels(labelsOf(run.items[1]))).toEqual(classesIn('machine/yard'));
  });

  test('black and white masks of one and eight bits, RGB, alpha, JPEG', async () => {
    const run = await importHere({ plugin: 'masks', folder: fixture('two-levels') });
    expect(namesOf(run)).toEqual([
      'train/alpha.jpg',
      'train/bits.jpg',
      'train/grey.jpg',
      'train/rgb.jpg',
      'val/blurred.jpg',
    ]);
    for (const item of run.items.slice(0, 4))
      expect(toldLabels(labelsOf(item))).toEqual([['untitled', TOLD['two-levels']]]);
    expect(toldLabels(labelsOf(run.items[4]))).toEqual([['untitled', TOLD.blurred]]);
    expect(told(run)).toEqual([]);
  });

  test('a label for each connected part', async () => {
    const run = await importHere({
      plugin: 'masks',
      folder: fixture('two-levels'),
      options: { objects: 'part' },
    });
    const parts = toldLabels(labelsOf(run.items[1])).map(([, mask]) => mask);
    expect(parts.sort((a, b) => a[0] - b[0])).toEqual(TOLD['two-levels parts']);
  });

  test('class numbers: palette with its colours, 16 bits', async () => {
    const run = await importHere({ plugin: 'masks', folder: fixture('numbers') });
    expect(toldLabels(labelsOf(run.items[0]))).toEqual(classesIn('numbers/deep'));
    expect(toldLabels(labelsOf(run.items[1]))).toEqual(classesIn('numbers/palette'));
    expect(run.meta.classes.map(({ title, color }) => [title, color]).sort()).toEqual([
      ['class_1', '#C80A14'],
      ['class_300', expect.any(String)],
      ['class_7', '#1E8CFA'],
    ]);
  });
});

describe('which classes', () => {
  const files = {
    'images/a.png': picture(4, 2),
    'masks/a.png': grey(['0120', '0130']),
  };
  const titles = async (classes_mapping: string): Promise<unknown> => {
    const run = await importHere({ plugin: 'masks', files, options: { classes_mapping } });
    return [labelsOf(run.items[0]).map((label) => [label.classTitle, ...drawn(label, 4, 2)]), told(run)];
  };
  const unknown = 'warning data/masks/a.png: expected numbers or colours of the given classes, got';

  test('a mapping as lines', async () => {
    expect(await titles('car = 1\nroad: 2, 3\n')).toEqual([
      [
        ['car', '.#..', '.#..'],
        ['road', '..#.', '..#.'],
      ],
      [],
    ]);
  });

  test('a mapping as JSON, two classes with one number, numbers of no class', async () => {
    expect(await titles('{"car": [1, 2], "thing": [2]}')).toEqual([
      [
        ['car', '.##.', '.#..'],
        ['thing', '..#.', '....'],
      ],
      [`${unknown} 3 (1 pixels)`],
    ]);
  });

  test('everything that is not background', async () => {
    expect(await titles('any = __all__')).toEqual([[['any', '.##.', '.##.']], []]);
  });

  test('a mapping that cannot be read stops the import', async () => {
    for (const wrong of ['car', '{"car": -1}', 'car = x', '{"car"', '{}', 'a = 1\na = 2']) {
      const run = await importHere({ plugin: 'masks', files, options: { classes_mapping: wrong } });
      expect(run.failure, wrong).toMatchObject({ code: 'SLY_PLUGIN_OPTIONS' });
    }
  });

  test('the nearest list of classes counts, and a broken one is failed', async () => {
    const run = await importHere({
      plugin: 'masks',
      files: {
        'obj_class_to_machine_color.json': '{"far": 1}',
        'x/obj_class_to_machine_color.json': '{"near": [1, 1, 1]}',
        'y/obj_class_to_machine_color.json': '{"near": ',
        ...Object.fromEntries(
          ['w', 'x', 'y'].flatMap((at) => [
            [`${at}/img/a.png`, picture(4, 1)],
            [`${at}/masks_machine/a.png`, grey(['0110'])],
          ]),
        ),
      },
    });
    expect(run.items.map((item) => labelsOf(item).map(({ classTitle }) => classTitle))).toEqual([
      ['far'],
      ['near'],
      ['far'],
    ]);
    expect(told(run)).toEqual([expect.stringMatching(/^failed data\/y\/obj_class_to_machine_color.json: /)]);
  });

  test('colours: by the list, by the mapping, by themselves', async () => {
    const masks = {
      'ds/img/a.png': picture(3, 1),
      'ds/masks_semantic_rgb/a.png': rgb([[0, 0xff0000, 0x0000ff]]),
    };
    const listed = {
      ...masks,
      'obj_class_to_semantic_color.json': '{"red": [255, 0, 0], "blue": [0, 0, 255]}',
    };
    const run = await importHere({ plugin: 'masks', files: listed });
    expect(labelsOf(run.items[0]).map((label) => [label.classTitle, ...drawn(label, 3, 1)])).toEqual([
      ['red', '.#.'],
      ['blue', '..#'],
    ]);
    expect(run.meta.classes.map(({ color }) => color)).toEqual(['#FF0000', '#0000FF']);
    const mapped = await importHere({
      plugin: 'masks',
      files: masks,
      options: { classes_mapping: 'r = #FF0000\nb = #0000FF' },
    });
    expect(labelsOf(mapped.items[0]).map(({ classTitle }) => classTitle)).toEqual(['r', 'b']);
    const plain = await importHere({ plugin: 'masks', files: masks });
    expect(plain.meta.classes.map(({ title, color }) => [title, color])).toEqual([
      ['#FF0000', '#FF0000'],
      ['#0000FF', '#0000FF'],
    ]);
  });

  test('a 1 in a picture of one bit is the 255 of a list', async () => {
    const run = await importHere({
      plugin: 'masks',
      files: { 'images/a.png': picture(3, 1), 'masks/a.png': grey(['011']) },
      options: { classes_mapping: 'white = 255' },
    });
    expect(drawn(labelsOf(run.items[0])[0], 3, 1)).toEqual(['.##']);
  });

  test('the threshold', async () => {
    const run = await importHere({
      plugin: 'masks',
      files: { 'images/a.png': picture(4, 1), 'masks/a.png': grey([[0, 100, 101, 255]]) },
      options: { threshold: 100 },
    });
    expect(drawn(labelsOf(run.items[0])[0], 4, 1)).toEqual(['..##']);
  });
});

describe('which masks', () => {
  const instances = {
    'obj_class_to_machine_color.json': '{"car": 1, "road": 2, "car_2": 3}',
    'ds/img/a.png': picture(4, 1),
    'ds/masks_machine/a.png': grey(['1122']),
    'ds/masks_instances/a/car.png': grey(['1000']),
    'ds/masks_instances/a/car_01.png': grey(['0100']),
    'ds/masks_instances/a/car-2.png': grey(['0001']),
    'ds/masks_instances/a/bus_7.png': grey(['0010']),
    'ds/masks_instances/a/road_02.png': grey(['0000']),
  };
  const drawnWith = async (masks: string): Promise<unknown> => {
    const run = await importHere({ plugin: 'masks', files: instances, options: { masks } });
    return labelsOf(run.items[0]).map((label) => [label.classTitle, ...drawn(label, 4, 1)]);
  };
  const single = [
    ['bus', '..#.'],
    ['car_2', '...#'],
    ['car', '#...'],
    ['car', '.#..'],
  ];

  test('auto, semantic, instances, both', async () => {
    expect(await drawnWith('auto')).toEqual([['road', '..##'], ...single]);
    expect(await drawnWith('semantic')).toEqual([
      ['car', '##..'],
      ['road', '..##'],
    ]);
    expect(await drawnWith('instances')).toEqual(single);
    expect(await drawnWith('both')).toEqual([['car', '##..'], ['road', '..##'], ...single]);
  });

  test('a class of no list becomes a class, with a word', async () => {
    const run = await importHere({ plugin: 'masks', files: instances });
    expect(told(run)).toEqual([
      'warning data/ds/masks_instances/a/bus_7.png: expected the name of a class, got "bus_7"; it becomes a class',
    ]);
  });

  test('old layouts: ann/ beside img/, folders of a picture, folders of a class, suffixes, masks beside pictures', async () => {
    const mask = grey(['0110']);
    const run = await importHere({
      plugin: 'masks',
      files: Object.fromEntries(
        ['1/img/a.jpg', '1/ann/a.png', '2/images/b.png', '2/masks/b/cat_01.png', '2/masks/b/77.png']
          .concat(['3/images/c.png', '3/masks/dog/c.png', '4/d.png', '4/d_mask.png'])
          .concat(['train_images/e.png', 'train_masks/e_mask.png', '5/images/f.png', '5/masks/f.png.png'])
          .map((file) => [file, /images|img|4\/d.png/.test(file) ? picture(4, 1) : mask]),
      ),
    });
    expect(
      run.items.map((item) => [item.dataset, item.name, labelsOf(item).map(({ classTitle }) => classTitle)]),
    ).toEqual([
      ['1', 'a.jpg', ['untitled']],
      ['2', 'b.png', ['untitled', 'cat']],
      ['3', 'c.png', ['dog']],
      ['5', 'f.png', ['untitled']],
      ['train', 'e.png', ['untitled']],
      ['4', 'd.png', ['untitled']],
    ]);
  });

  test('datasets', async () => {
    const files = {
      'town/train/images/a.png': picture(2, 1),
      'town/train/masks/a.png': grey(['01']),
    };
    for (const [datasets, name] of [
      ['folder', 'town/train'],
      ['split', 'train'],
      ['one', 'ds0'],
    ])
      expect(namesOf(await importHere({ plugin: 'masks', files, options: { datasets } }))).toEqual([
        `${name}/a.png`,
      ]);
  });
});

describe('what goes wrong', () => {
  const files = {
    'images/good.png': picture(3, 1),
    'masks/good.png': grey(['011']),
    'images/large.png': picture(3, 1),
    'masks/large.png': grey(['0111']),
    'images/torn.png': picture(3, 1),
    'masks/torn.png': grey(['011']).subarray(0, 40),
    'images/none.png': picture(3, 1),
    'images/fake.png': 'no picture',
    'masks/fake.png': grey(['011']),
    'masks/alone.png': grey(['011']),
  };

  test('costs what it touches, and every file is accounted for', async () => {
    const run = await importHere({ plugin: 'masks', files });
    expect(namesOf(run)).toEqual(['ds0/good.png', 'ds0/large.png', 'ds0/torn.png', 'ds0/none.png']);
    expect(run.items.map((item) => labelsOf(item).length)).toEqual([1, 0, 0, 0]);
    const lines = told(run);
    expect(lines).toEqual(
      expect.arrayContaining([
        'failed data/masks/large.png: expected a mask as large as its picture, 3 x 1, got 4 x 1',
        expect.stringMatching(/^failed data\/masks\/torn.png: /),
        expect.stringMatching(/^failed data\/images\/fake.png: /),
        'skipped data/masks/fake.png: its picture images/fake.png cannot be read',
        'skipped data/masks/alone.png: expected a picture of that name for the mask, got none',
        'warning data/images/none.png: expected a mask for this picture, got none; it is imported without labels',
      ]),
    );
    expect(lines).toHaveLength(6);
  });

  test('skip-item and stop', async () => {
    const skip = await importHere({ plugin: 'masks', files, options: { bad_annotation: 'skip-item' } });
    expect(namesOf(skip)).toEqual(['ds0/good.png', 'ds0/none.png']);
    const stop = await importHere({ plugin: 'masks', files, options: { bad_annotation: 'stop' } });
    expect(stop.failure).toMatchObject({ code: 'SLY_FORMAT_INVALID', file: 'masks/large.png' });
  });

  test('a photo instead of a mask is refused, not taken apart', async () => {
    const side = 1500;
    const data = Uint16Array.from({ length: side * side }, (_, i) => (i * 2_654_435_761) >>> 17);
    const { encode } = await import('fast-png');
    const run = await importHere({
      plugin: 'masks',
      files: {
        'images/a.png': encode({
          width: side,
          height: side,
          channels: 1,
          depth: 8,
          data: new Uint8Array(side * side),
        }),
        'masks/a.png': encode({ width: side, height: side, channels: 1, depth: 16, data }),
      },
    });
    expect(annotationOf(run.items[0]).objects).toEqual([]);
    expect(told(run)).toEqual([
      expect.stringMatching(
        /^failed data\/masks\/a.png: expected a mask with few different numbers, got \d+ spread/,
      ),
    ]);
  });

  test('nothing to import', async () => {
    const run = await importHere({ plugin: 'masks', files: { 'notes.txt': 'x' } });
    expect(run.failure).toMatchObject({ code: 'SLY_PUBLISH_NOTHING' });
  });
});
