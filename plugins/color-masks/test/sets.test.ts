/** Every data set as another program made it: each label to the pixel. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import { annotationOf, detectIn, importHere } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { DATA_SETS } from '../tables.ts';
import { byName, sorted, type Told, toldItems } from './told.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/sets/', import.meta.url));
type Expected = Record<string, { dataset: string; name: string; labels: Told[] }[]>;
const expected = JSON.parse(readFileSync(`${FOLDER}expected.json`, 'utf8')) as Expected;

const wanted = (name: string) =>
  byName(expected[name]!.map((item) => ({ ...item, labels: sorted(item.labels) })));

test('there is a fixture for every data set, and the option names every data set', () => {
  const names = DATA_SETS.map(({ name }) => name);
  expect(Object.keys(expected).sort()).toEqual([...names, 'custom'].sort());
  const manifest = JSON.parse(readFileSync(new URL('../plugin.json', import.meta.url), 'utf8'));
  expect(manifest.options.import.properties.set.enum.toSorted()).toEqual([...names, 'auto', 'custom'].sort());
});

describe.each(Object.keys(expected))('%s', (name) => {
  const folder = FOLDER + name;

  test('is detected by its layout and numbers', async () => {
    const { confidence, options, because } = await detectIn('color-masks', folder);
    expect({ options, because }).toMatchObject({ options: { set: name } });
    expect(confidence).toBe(name === 'custom' ? 0.75 : 0.95);
  });

  test('every label is the one that was drawn', async () => {
    const run = await importHere({ plugin: 'color-masks', folder });
    expect(run.failure).toBeUndefined();
    expect(toldItems(run.items)).toEqual(wanted(name));
    for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta)).toEqual([]);
    expect(run.reports.filter(({ status }) => status === 'failed')).toEqual([]);
    // Every file is an item, was used, or somebody is told.
    const masks = run.used.filter(({ as }) => as === 'mask').map(({ file }) => file);
    expect(masks).toHaveLength(expected[name]!.filter(({ labels }) => labels.length > 0).length);
  });
});

test('chosen by name it reads the same as found by itself', async () => {
  const folder = `${FOLDER}camvid`;
  const run = await importHere({ plugin: 'color-masks', folder, options: { set: 'camvid' } });
  expect(toldItems(run.items)).toEqual(wanted('camvid'));
  const other = await importHere({ plugin: 'color-masks', folder, options: { set: 'bdd100k' } });
  expect(other.failure?.detail).toMatch(/expected pictures and masks as in BDD100K/);
});

test('an object and its parts share an instance key, and no two objects do', async () => {
  const run = await importHere({ plugin: 'color-masks', folder: `${FOLDER}pascal-part` });
  for (const item of run.items) {
    const groups = Map.groupBy(annotationOf(item).objects, ({ instance }) => instance);
    for (const [key, members] of groups) {
      const titles = members.map(({ classTitle }) => classTitle);
      if (key === undefined) expect(titles).toEqual(['person']);
      else expect(titles.filter((title) => title === 'dog' || title === 'person')).toHaveLength(1);
    }
  }
});

test('through the real host, with threads and without: the same items', async () => {
  const folder = `${FOLDER}pascal-part`;
  const [threads, inline, found] = await Promise.all([
    runPlugin({ action: 'import', plugin: 'color-masks', folder }),
    runPlugin({ action: 'import', plugin: 'color-masks', folder, noThreads: true }),
    runPlugin({ action: 'detect', folder }),
  ]);
  expect(threads.failure).toBeUndefined();
  expect(toldItems(threads.items)).toEqual(wanted('pascal-part'));
  expect(inline.items).toEqual(threads.items);
  expect(found.detection?.candidates[0]).toMatchObject({ plugin: 'color-masks', confidence: 0.95 });
});
