import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchLooseItems } from '../../../src/format/loose-items.ts';
import { itemPaths } from '../../../src/format/project-paths.ts';
import { findProjects } from '../../../src/format/project-tree.ts';

const isImage = (file: string): boolean => /\.(jpg|png)$/.test(file);

describe('findProjects', () => {
  test('a project with nested datasets and sidecars', () => {
    const { projects, rest } = findProjects([
      'my/meta.json',
      'my/ds1/img/a.jpg',
      'my/ds1/ann/a.jpg.json',
      'my/ds1/img_info/a.jpg.json',
      'my/ds1/meta/a.jpg.json',
      'my/ds1/datasets/ds1_1/img/b.png',
      'my/ds1/datasets/ds1_1/datasets/deep/ann/c.png.json',
      'my/only/datasets/child/img/d.jpg',
      'my/README.md',
      'my/ds1/img/.DS_Store',
      '__MACOSX/my/ds1/img/a.jpg',
    ]);
    expect(projects).toHaveLength(1);
    expect(projects[0]).toMatchObject({ root: 'my', metaFile: 'my/meta.json' });
    expect(projects[0]!.datasets.map(({ path, items }) => [path, items.map(({ name }) => name)])).toEqual([
      ['ds1', ['a.jpg']],
      ['ds1/ds1_1', ['b.png']],
      ['ds1/ds1_1/deep', ['c.png']],
      ['only/child', ['d.jpg']],
    ]);
    expect(projects[0]!.datasets[0]!.items[0]).toEqual({
      name: 'a.jpg',
      image: 'my/ds1/img/a.jpg',
      ann: 'my/ds1/ann/a.jpg.json',
      info: 'my/ds1/img_info/a.jpg.json',
      meta: 'my/ds1/meta/a.jpg.json',
    });
    expect(projects[0]!.datasets[2]!.items[0]).not.toHaveProperty('image');
    expect(rest).toContain('my/README.md');
    expect(rest).not.toContain('my/meta.json');
  });

  test('several projects, also at the root and with the root a dataset', () => {
    const several = findProjects([
      'a/meta.json',
      'a/ds/img/1.jpg',
      'b/meta.json',
      'b/ds/ann/1.jpg.json',
      'c/meta.json',
    ]);
    expect(several.projects.map(({ root }) => root)).toEqual(['a', 'b']);
    expect(several.rest).toEqual(['c/meta.json']);
    const [root] = findProjects(['meta.json', 'img/1.jpg', 'ds/img/2.jpg']).projects;
    expect(root!.datasets.map(({ path }) => path)).toEqual(['ds0', 'ds']);
  });

  test('datasets without meta are one project below their common folder; pictures alone are none', () => {
    const [project] = findProjects(['up/x/img/1.jpg', 'up/x/ann/1.jpg.json', 'up/y/img/2.jpg']).projects;
    expect(project).toMatchObject({ root: 'up' });
    expect(project).not.toHaveProperty('metaFile');
    expect(project!.datasets.map(({ path }) => path)).toEqual(['x', 'y']);
    expect(findProjects(['img/1.jpg', 'ann/1.json']).projects[0]!.datasets[0]).toMatchObject({
      path: 'ds0',
      items: [{ ann: 'ann/1.json' }],
    });
    expect(findProjects(['up/x/img/1.jpg', 'photos/2.jpg']).projects).toEqual([]);
    expect(findProjects([]).projects).toEqual([]);
  });

  test('annotations named by the stem; two items of one such name get none and are reported', () => {
    const [project] = findProjects([
      'm/meta.json',
      'm/d/img/a.jpg',
      'm/d/img/b.jpg',
      'm/d/img/b.png',
      'm/d/ann/a.json',
      'm/d/ann/b.json',
      'm/d/ann/gone.jpg.json',
    ]).projects;
    const [dataset] = project!.datasets;
    expect(dataset!.items.map(({ name, ann }) => [name, ann])).toEqual([
      ['a.jpg', 'm/d/ann/a.json'],
      ['b.jpg', undefined],
      ['b.png', undefined],
    ]);
    expect(dataset!.clashes).toEqual([{ ann: 'm/d/ann/b.json', items: ['b.jpg', 'b.png'] }]);
    expect(dataset!.orphans).toEqual(['m/d/ann/gone.jpg.json']);
  });

  test('an item with img_info alone is there: it may be a link', () => {
    const [project] = findProjects([
      'm/meta.json',
      'm/d/img/a.jpg',
      'm/d/ann/l.jpg.json',
      'm/d/img_info/l.jpg.json',
    ]).projects;
    expect(project!.datasets[0]!.items[1]).toEqual({
      name: 'l.jpg',
      ann: 'm/d/ann/l.jpg.json',
      info: 'm/d/img_info/l.jpg.json',
    });
    expect(project!.datasets[0]!.orphans).toEqual([]);
  });

  test('blobs', () => {
    const [project] = findProjects([
      'm/meta.json',
      'm/blob/pack.tar',
      'm/d/pack_offsets.pkl',
      'm/d/img/x.jpg',
      'm/d/ann/y.jpg.json',
    ]).projects;
    expect(project!.blobs).toEqual(['m/blob/pack.tar']);
    expect(project!.datasets[0]).toMatchObject({
      blobs: ['pack'],
      items: [{ name: 'x.jpg' }, { name: 'y.jpg', ann: 'm/d/ann/y.jpg.json' }],
      orphans: [],
    });
  });

  test('other modalities have other folders', () => {
    const [project] = findProjects([
      'm/meta.json',
      'm/d/video/a.mp4',
      'm/d/ann/a.mp4.json',
      'm/d/video_info/a.mp4.json',
    ]).projects;
    expect(project!.datasets[0]).toMatchObject({
      itemFolder: 'video',
      items: [{ image: 'm/d/video/a.mp4', ann: 'm/d/ann/a.mp4.json', info: 'm/d/video_info/a.mp4.json' }],
    });
  });

  test('what is laid out is found again', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    const datasets = fc
      .array(
        word.filter((one) => !RESERVED.has(one)),
        { minLength: 1, maxLength: 3 },
      )
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(datasets, word), { minLength: 1, selector: String }), (items) => {
        const files = items.flatMap(([dataset, name]) => Object.values(itemPaths(dataset, `${name}.jpg`)));
        const { projects, rest } = findProjects(['p/meta.json', ...files.map((file) => `p/${file}`)]);
        const found = projects[0]!.datasets.flatMap(({ path, items: list }) =>
          list.map(({ name }) => `${path}/${name}`),
        );
        expect(found.sort()).toEqual(items.map(([dataset, name]) => `${dataset}/${name}.jpg`).sort());
        expect(rest).toEqual([]);
      }),
    );
  });

  test('a dataset with the name of a folder of the format gets another folder', () => {
    expect(itemPaths('img', 'a.jpg').image).toBe('img_/img/a.jpg');
    expect(itemPaths('img_/x', 'a.jpg').ann).toBe('img__/datasets/x/ann/a.jpg.json');
  });

  test('half a million paths', () => {
    const paths = ['p/meta.json'];
    for (let i = 0; i < 250_000; i++)
      paths.push(`p/d${i % 50}/img/${i}.jpg`, `p/d${i % 50}/ann/${i}.jpg.json`);
    expect(findProjects(paths).projects[0]!.datasets).toHaveLength(50);
  });
});

const RESERVED = new Set(['img', 'ann', 'meta', 'seg', 'blob', 'video', 'volume', 'mask']);

describe('matchLooseItems', () => {
  test('by name, the nearest first', () => {
    const { items, metaFile, orphans, shared } = matchLooseItems(
      [
        'x/a.jpg',
        'x/a.jpg.json',
        'y/a.jpg',
        'y/labels/a.json',
        'b.png',
        'q/b.png.json',
        'meta.json',
        'q/meta/b.png.json',
        'z/none.json',
      ],
      isImage,
    );
    expect(items).toEqual([
      { name: 'a.jpg', image: 'x/a.jpg', ann: 'x/a.jpg.json' },
      { name: 'a.jpg', image: 'y/a.jpg', ann: 'y/labels/a.json' },
      { name: 'b.png', image: 'b.png', ann: 'q/b.png.json', meta: 'q/meta/b.png.json' },
    ]);
    expect(metaFile).toBe('meta.json');
    expect(shared).toEqual([]);
    expect(orphans).toEqual(['z/none.json']);
  });

  test('one annotation for two pictures of one name: both get it, and it is said', () => {
    const { items, shared } = matchLooseItems(['x/a.jpg', 'y/a.jpg', 'ann/a.jpg.json'], isImage);
    expect(items.map(({ ann }) => ann)).toEqual(['ann/a.jpg.json', 'ann/a.jpg.json']);
    expect(shared).toEqual([{ ann: 'ann/a.jpg.json', items: ['x/a.jpg', 'y/a.jpg'], given: true }]);
  });

  test('one stem, two extensions: neither', () => {
    const { items, shared } = matchLooseItems(['a.jpg', 'a.png', 'a.json'], isImage);
    expect(items.every(({ ann }) => ann === undefined)).toBe(true);
    expect(shared).toEqual([{ ann: 'a.json', items: ['a.jpg', 'a.png'], given: false }]);
  });
});
