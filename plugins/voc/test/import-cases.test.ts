import { describe, expect, test } from 'vitest';
import { box, brief, grey, indexed, object, picture, rgb, xml } from './cases.ts';
import { importFiles, labelsOf, said } from './in-process.ts';

const labels = async (objects: string[], options = {}) => {
  const run = await importFiles({ 'a.png': picture(), 'a.xml': xml(...objects) }, options);
  return { run, told: labelsOf(run.items[0])?.map(brief), all: labelsOf(run.items[0]) };
};

describe('XML', () => {
  test('boxes: turned round, with fractions, over the border, outside', async () => {
    const { told, run } = await labels([
      object('car', box(5, 4, 1, 2)),
      object('car', box('1.4', '1.6', '3.5', ' 4 ')),
      object('car', box(0, 0, 8, 6)),
      object('car', box(-5, 1, 20, 2)),
      object('car', box(30, 30, 40, 40)),
    ]);
    expect(told).toEqual([
      ['car', [1, 2], [5, 4]],
      ['car', [1, 2], [4, 4]],
      ['car', [0, 0], [7, 5]],
      ['car', [0, 1], [7, 2]],
    ]);
    expect(run.reports.map(({ status, place }) => [status, place])).toEqual([
      ['warning', 'objects[3]'],
      ['warning', 'objects[4]'],
    ]);
  });

  test('what is broken costs its object, and says its line', async () => {
    const { told, run } = await labels([
      object('car', box(1, 'x', 3, 4)),
      object('', box(1, 1, 3, 4)),
      object('car', ''),
      object('car', box(1, 1, 3, 4)),
      object('car', `${box(0, 0, 1, 1)}<part><name>wheel</name></part>`),
    ]);
    expect(told).toEqual([
      ['car', [1, 1], [3, 4]],
      ['car', [0, 0], [1, 1]],
    ]);
    expect(said(run)).toEqual([
      'warning a.xml line 2: expected numbers for xmin, ymin, xmax and ymax, got 1, x, 3, 4',
      'warning a.xml line 3: expected <name> in the object, got none',
      'warning a.xml line 4: expected <bndbox> in the object, got none',
      'warning a.xml line 6: expected <bndbox> in the part, got none',
    ]);
    const skipped = await importFiles(
      { 'a.png': picture(), 'b.png': picture(), 'a.xml': xml(object('car', '')), 'b.xml': xml() },
      { bad_annotation: 'skip-item' },
    );
    expect(skipped.items.map(({ name }) => name)).toEqual(['b.png']);
    const stopped = await labels([object('car', '')], { bad_annotation: 'stop' });
    expect(stopped.run.failure).toMatchObject({ code: 'SLY_FORMAT_INVALID', file: 'a.xml' });
  });

  test('no XML, a DTD, another root, a second one, no picture', async () => {
    const good = xml(object('car', box(1, 1, 2, 2)));
    const run = await importFiles({
      'a.png': picture(),
      'b.png': picture(),
      'one/a.xml': '<annotation><object>',
      'two/a.xml': good,
      'b.xml': '<!DOCTYPE a [<!ENTITY x "y">]><annotation/>',
      'c.xml': good.replace('a.png', 'c.png'),
      'd.xml': '<svg/>',
    });
    expect(run.items.map(({ name, ann }) => [name, labelsOf({ ann } as never).length])).toEqual([
      ['b.png', 0],
      ['a.png', 0],
    ]);
    expect(said(run).sort()).toEqual([
      'failed b.xml: line 1, column 31: expected no document type definition, got one',
      'failed c.xml: expected the picture c.png, got no file of that name',
      'failed one/a.xml: line 1, column 21: unclosed tag: object',
      'skipped d.xml: expected an XML file with the root <annotation>, got another root',
      'skipped two/a.xml: expected one annotation for each picture, got a second one for a.png',
    ]);
  });

  test('tags: flags, empty, dates, texts, attributes, nested, an element named as a class', async () => {
    const { run, all } = await labels([
      object(
        'car',
        `${box(1, 1, 2, 2)}<truncated>1</truncated><occluded>0</occluded><crowd/><made>2020-01-02</made>`,
      ),
      object(
        'bus',
        `${box(1, 1, 2, 2)}<car>red</car><deep><down>x</down></deep><made>2021-01-02</made><note>1999</note>`,
      ),
      object(
        'car',
        `${box(1, 1, 2, 2)}<car>blue</car><attributes><attribute><name>hair colour</name><value>a &lt; b</value></attribute></attributes><note>2020-01-01</note>`,
      ),
    ]);
    expect(all.map(({ tags }) => tags)).toEqual([
      [{ name: 'truncated' }, { name: 'crowd' }, { name: 'made', value: '2020-01-02' }],
      [
        { name: 'car', value: 'red' },
        { name: 'deep.down', value: 'x' },
        { name: 'made', value: '2021-01-02' },
        { name: 'note', value: '1999' },
      ],
      [
        { name: 'car', value: 'blue' },
        { name: 'hair colour', value: 'a < b' },
        { name: 'note', value: '2020-01-01' },
      ],
    ]);
    expect(
      run.meta.tags.map(({ name, value_type, values, classes }) => [name, value_type, values, classes]),
    ).toEqual([
      ['truncated', 'none', undefined, undefined],
      ['crowd', 'none', undefined, undefined],
      ['made', 'date', undefined, undefined],
      ['car', 'oneof_string', ['blue', 'red'], ['car']],
      ['deep.down', 'any_string', undefined, undefined],
      ['note', 'any_string', undefined, undefined],
      ['hair colour', 'any_string', undefined, undefined],
    ]);
  });

  test('polygons and points beside and instead of boxes', async () => {
    const corners = '<polygon><x1>1</x1><y1>1</y1><x2>5</x2><y2>1</y2><x3>3</x3><y3>4</y3></polygon>';
    const { told, all } = await labels([object('car', box(1, 1, 5, 4) + corners), object('bus', corners)]);
    expect(told).toEqual([
      ['car', [1, 1], [5, 4]],
      ['car_polygon', [1, 1], [5, 1], [3, 4]],
      ['bus_polygon', [1, 1], [5, 1], [3, 4]],
    ]);
    expect(all[0]!.instance).toBe(all[1]!.instance);
    expect(all[0]!.instance).toMatch(/^[0-9a-f]{32}$/);
  });

  test('pictures are found by <filename> too, and only pictures', async () => {
    const run = await importFiles({
      'images/p.png': picture(),
      'images/q.jpg.txt': 'x',
      'labels/1.xml': xml(object('car', box(1, 1, 2, 2))).replace('a.png', 'C:\\\\data\\\\p.png'),
    });
    expect(run.items.map(({ name, ann }) => [name, labelsOf({ ann } as never).length])).toEqual([
      ['p.png', 1],
    ]);
  });
});

describe('masks', () => {
  const root = (
    classes: Uint8Array,
    objects?: Uint8Array,
    more: Record<string, string | Uint8Array> = {},
  ) => ({
    'images/a.png': picture(),
    'masks/a.png': classes,
    ...(objects === undefined ? {} : { 'instances/a.png': objects }),
    ...more,
  });
  const rows = ['........', '.11..66.', '.11..66.', '.11.....', '........', '.......1'];
  const numbers = ['........', '.11..22.', '.11..22.', '.11.....', '........', '........'];

  test.each([
    ['palette', indexed(rows), indexed(numbers)],
    ['RGB', rgb(rows), rgb(numbers)],
    ['grey', grey(rows), grey(numbers)],
    ['palette and RGB', indexed(rows), rgb(numbers)],
  ])('one bitmap an object, and what is no object by class: %s', async (_, classes, objects) => {
    const run = await importFiles(root(classes, objects));
    expect(labelsOf(run.items[0]).map(brief)).toEqual([
      ['aeroplane', '1,1', '##', '##', '##'],
      ['bus', '5,1', '##', '##'],
      ['aeroplane', '7,5', '#'],
    ]);
    expect(run.reports).toEqual([]);
  });

  test('without object masks one bitmap a class', async () => {
    const run = await importFiles(root(indexed(rows)));
    expect(labelsOf(run.items[0]).map(brief)).toEqual([
      ['aeroplane', '1,1', '##.....', '##.....', '##.....', '.......', '......#'],
      ['bus', '5,1', '##', '##'],
    ]);
  });

  test('two indices of one colour are one class', async () => {
    const palette = [0, 0x800000, 0, 0, 0, 0, 0x800000];
    const run = await importFiles(root(indexed(rows, palette)));
    expect(labelsOf(run.items[0]).map(({ classTitle }) => classTitle)).toEqual(['aeroplane']);
  });

  test('colors.txt names the classes; a colour without a name is told', async () => {
    const run = await importFiles(
      root(
        rgb(rows, (one) => [0, 0x0a0b0c, 0, 0, 0, 0, 0x010203][one]!),
        undefined,
        {
          'colors.txt': 'traffic light 10 11 12\nbroken 1 2\nagain 10 11 12\n',
        },
      ),
    );
    expect(labelsOf(run.items[0]).map(({ classTitle }) => classTitle)).toEqual(['traffic light']);
    expect(run.meta.classes.map(({ title, color }) => [title, color])).toEqual([
      ['traffic light', '#0A0B0C'],
    ]);
    expect(said(run)).toEqual([
      'warning colors.txt line 2: expected a name and three numbers from 0 to 255; the line says "broken 1 2"',
      'warning colors.txt line 3: expected a colour of its own, got the one of "traffic light"; the line says "again 10 11 12"',
      'warning masks/a.png: expected a colour of a class, got 1, 2, 3 at 5, 1; not all objects or classes are captured',
    ]);
  });

  test('a mask of another size, one that is no picture, one without a picture', async () => {
    const run = await importFiles({
      ...root(indexed(['11', '11']), undefined, { 'masks/z.png': indexed(rows) }),
      'images/b.png': picture(),
      'masks/b.png': 'no picture at all',
      'images/c.png': picture(),
      'masks/c.png': indexed(rows),
      'instances/c.png': indexed(['1']),
    });
    expect(run.items.map(({ name, ann }) => [name, labelsOf({ ann } as never).length])).toEqual([
      ['a.png', 0],
      ['b.png', 0],
      ['c.png', 2],
    ]);
    expect(said(run)).toEqual([
      'failed masks/a.png: expected a mask of 8 x 6 pixels as its picture, got 2 x 2',
      expect.stringMatching(/^failed masks\/b.png: expected one of JPEG/),
      'failed instances/c.png: expected a mask of 8 x 6 pixels as its picture, got 1 x 1',
      'skipped masks/z.png: expected a picture with the name of this mask, got none',
    ]);
  });

  test('the Nth object is mask N only where class and place agree', async () => {
    const run = await importFiles(
      root(indexed(rows), indexed(numbers), {
        'a.xml': xml(object('aeroplane', box(1, 1, 2, 3)), object('car', box(5, 1, 6, 2))),
      }),
    );
    const all = labelsOf(run.items[0]);
    expect(all.map(({ classTitle, instance }) => [classTitle, instance !== undefined])).toEqual([
      ['bus', false],
      ['aeroplane', false],
      ['aeroplane', true],
      ['aeroplane_bbox', true],
      ['car_bbox', false],
    ]);
  });

  test('other sets of masks are no pictures', async () => {
    const run = await importFiles({
      'JPEGImages/a.png': picture(),
      'SegmentationClass/a.png': indexed(rows),
      'SegmentationClassAug/a.png': indexed(rows),
    });
    expect(run.items).toHaveLength(1);
    expect(said(run)).toEqual([
      'skipped SegmentationClassAug/a.png: a second mask of the same picture; SegmentationClass and SegmentationObject are read',
    ]);
  });
});

describe('datasets', () => {
  test('by lists, with endings and folders, class lists and trainval aside', async () => {
    const files: Record<string, string | Uint8Array> = {
      'V/ImageSets/Main/trainval.txt': 'a\nb\nc\nd 1\n',
      'V/ImageSets/Main/train.txt': 'a.png\r\n\r\n',
      'V/ImageSets/Main/cat_val.txt': 'a 1\n',
      'V/ImageSets/Segmentation/val.txt': 'JPEGImages/b\nd 1 1\n',
      'V/ImageSets/Main/mine.txt': 'c\n',
    };
    for (const name of ['a', 'b', 'c', 'd 1', 'e']) {
      files[`V/JPEGImages/${name}.png`] = picture();
      files[`V/Annotations/${name}.xml`] = xml();
    }
    const datasets = async (mode: string) =>
      (await importFiles(files, { datasets: mode })).items.map(({ dataset, name }) => `${dataset}/${name}`);
    expect(await datasets('split')).toEqual([
      'train/a.png',
      'val/b.png',
      'mine/c.png',
      'val/d 1.png',
      'V/e.png',
    ]);
    expect(await datasets('one')).toEqual(['a', 'b', 'c', 'd 1', 'e'].map((name) => `ds0/${name}.png`));
    expect(await datasets('folder')).toEqual(['a', 'b', 'c', 'd 1', 'e'].map((name) => `V/${name}.png`));
  });

  test('two VOC folders keep their lists and masks apart', async () => {
    const run = await importFiles(
      Object.fromEntries(
        ['VOC07', 'VOC12'].flatMap((folder, i) => [
          [`${folder}/JPEGImages/a.png`, picture()],
          [
            `${folder}/SegmentationClass/a.png`,
            indexed([['11111111', '66666666'][i]!, ...new Array<string>(5).fill('........')]),
          ],
          [`${folder}/ImageSets/Main/train.txt`, 'a\n'],
        ]),
      ),
    );
    expect(run.items.map(({ dataset, ann }) => [dataset, labelsOf({ ann } as never)[0]!.classTitle])).toEqual(
      [
        ['VOC07/train', 'aeroplane'],
        ['VOC12/train', 'bus'],
      ],
    );
  });
});

test('nothing to import is an error', async () => {
  expect((await importFiles({ 'a.xml': xml() })).failure?.code).toBe('SLY_PUBLISH_NOTHING');
});
