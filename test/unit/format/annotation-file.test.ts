import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type FoundFigure, openAnnotationFile } from '../../../src/format/annotation-file.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const { signal } = new AbortController();

function open(value: unknown, chunkBytes = 7) {
  const file = path.join(tempFolder(), 'a.json');
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  return openAnnotationFile(file, { signal, shownAs: 'ds/ann/a.json', chunkBytes });
}

async function all(pages: AsyncIterable<FoundFigure[]>): Promise<FoundFigure[]> {
  const found: FoundFigure[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

test('a video: head and figures, whatever the order of the keys', async () => {
  const annotation = open({
    frames: [
      { figures: [{ key: 'f1' }, { key: 'f2' }], index: 4 },
      { index: 9, figures: [{ key: 'f3' }] },
      { index: 10 },
      { index: 11, figures: null },
    ],
    size: { height: 2, width: 3 },
    tags: [{ name: 't', frameRange: [0, 1] }],
    objects: [{ key: 'o', classTitle: 'car' }],
    framesCount: 12,
    more: 1,
  });
  expect(await annotation.head()).toMatchObject({
    tags: [{ name: 't', frameRange: [0, 1] }],
    objects: [{ key: 'o' }],
    rest: { size: { height: 2, width: 3 }, framesCount: 12 },
    lists: ['frames'],
  });
  expect((await annotation.head()).rest).not.toHaveProperty('frames');
  expect(await all(annotation.figures())).toEqual([
    { figure: { key: 'f1' }, list: 'frames', frame: 4, place: 'frames[0].figures[0]' },
    { figure: { key: 'f2' }, list: 'frames', frame: 4, place: 'frames[0].figures[1]' },
    { figure: { key: 'f3' }, list: 'frames', frame: 9, place: 'frames[1].figures[0]' },
  ]);
});

test('a volume: planes and space', async () => {
  const annotation = open({
    volumeMeta: { ACS: 'RAS' },
    spatialFigures: [{ key: 's' }],
    planes: [
      { slices: [], name: 'sagittal', normal: { x: 1, y: 0, z: 0 } },
      { slices: [{ figures: [{ key: 'p' }], index: 38 }], name: 'axial', normal: { x: 0, y: 0, z: 1 } },
    ],
  });
  const { planes, tags, objects, lists } = await annotation.head();
  expect([tags, objects, lists]).toEqual([[], [], ['planes', 'spatialFigures']]);
  expect(planes).toEqual([
    { name: 'sagittal', normal: { x: 1, y: 0, z: 0 }, slices: [] },
    { name: 'axial', normal: { x: 0, y: 0, z: 1 }, slices: [38] },
  ]);
  expect(await all(annotation.figures())).toEqual([
    { figure: { key: 's' }, list: 'spatialFigures', place: 'spatialFigures[0]' },
    {
      figure: { key: 'p' },
      list: 'planes',
      plane: 'axial',
      frame: 38,
      place: 'planes[1].slices[0].figures[0]',
    },
  ]);
});

test('many figures come in pages, and taking no more ends the reading', async () => {
  const figures = Array.from({ length: 1203 }, (_, i) => ({ key: String(i) }));
  const annotation = open({ figures }, 4096);
  const sizes: number[] = [];
  for await (const page of annotation.figures()) sizes.push(page.length);
  expect(sizes).toEqual([500, 500, 203]);
  for await (const page of annotation.figures()) {
    expect(page[0]?.figure).toEqual({ key: '0' });
    break;
  }
  expect((await all(annotation.figures())).map(({ figure }) => figure)).toEqual(figures);
});

test('large figures make smaller pages', async () => {
  const annotation = open(
    { figures: Array.from({ length: 3 }, () => ({ a: 'x'.repeat(2 << 20) })) },
    1 << 20,
  );
  const sizes: number[] = [];
  for await (const page of annotation.figures()) sizes.push(page.length);
  expect(sizes).toEqual([2, 1]);
});

test.each([
  ['{"frames": 5}', 'a list'],
  ['{"frames": [5]}', 'an object'],
  ['{"frames": [{"index": 1} {"index": 2}]}', "',' or ']'"],
  ['[]', 'an object'],
  ['', 'an object'],
])('%s is refused with its place', async (text, expected) => {
  const read = all(open(text).figures());
  await expect(read).rejects.toMatchObject({
    code: 'SLY_FORMAT_JSON',
    file: 'ds/ann/a.json',
    message: expect.stringContaining(expected),
  });
});

test('nothing in it: no figures; null stands for an empty list', async () => {
  expect(await all(open({}).figures())).toEqual([]);
  expect(
    await all(open({ frames: null, planes: null, figures: [], spatialFigures: null }).figures()),
  ).toEqual([]);
});

test('a fault behind good figures comes after them', async () => {
  const text = JSON.stringify({ figures: Array.from({ length: 600 }, (_, i) => ({ i })) });
  const annotation = open(text, 64);
  // The head skips figures by their brackets alone, so it does not see this one.
  const file = path.join(tempFolder(), 'b.json');
  writeFileSync(file, text.replace('{"i":599}', '{"i" 599}'));
  const broken = openAnnotationFile(file, { signal });
  await annotation.head();
  const got: number[] = [];
  await expect(async () => {
    for await (const page of broken.figures()) got.push(page.length);
  }).rejects.toMatchObject({ code: 'SLY_FORMAT_JSON' });
  expect(got).toEqual([500, 99]);
});
