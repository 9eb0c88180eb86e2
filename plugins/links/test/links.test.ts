import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TEXT_TOKENS } from '../../../test/support/damage.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { checkLink, plainName } from '../link.ts';

const FIXTURES = path.join(import.meta.dirname, '..', 'fixtures');

test('lists of every kind: items are links, lines without one are told with their number', async () => {
  const { items, reports, used, failure } = await runPlugin({
    action: 'import',
    plugin: 'links',
    folder: FIXTURES,
  });
  expect(failure).toBeUndefined();
  expect(items.map(({ dataset, name, link, probe }) => [dataset, name, link, probe?.place])).toEqual([
    ['list', 'a.jpg', 'https://images.example.org/a.jpg', 'line 1'],
    ['list', 'M-V5-_V1_.png', 'http://images.example.org/pics/M%20V5@@._V1_.png', 'line 3'],
    ['list', 'key.tiff', 's3://bucket/deep/key.tiff', undefined],
    ['list', 'a.jpg', 'https://images.example.org/a.jpg?size=9', 'line 9'],
    ['more/plain', '3.png', 'https://images.example.org/3.png', 'line 1'],
    ['more/tagged', '1.png', 'https://images.example.org/1.png', 'line 2'],
    ['more/tagged', '2.png', 'https://images.example.org/2.png', 'line 3'],
  ]);
  expect(reports.map(({ status, file, place }) => [status, file, place])).toEqual([
    ['failed', 'data/list.txt', 'line 5'],
    ['failed', 'data/list.txt', 'line 6'],
    ['failed', 'data/list.txt', 'line 7'],
    ['failed', 'data/list.txt', 'line 8'],
  ]);
  expect(reports[0]?.message).toContain('got ftp');
  expect(reports[2]?.message).toContain('.mp4');
  expect(used).toHaveLength(3);
  expect(items[5]?.ann).toMatchObject({ tags: [{ name: 'street' }, { name: 'night' }] });
  expect(items.every((item) => item.file === undefined)).toBe(true);
});

test('the options: one dataset, names as they are, numbers before them, no look', async () => {
  const { items } = await runPlugin({
    action: 'import',
    plugin: 'links',
    files: { 'a.txt': 'https://h.example/x%20y.jpg\nhttps://h.example/b.jpg\n' },
    options: {
      datasets: 'one',
      probe: false,
      normalize_image_name: false,
      rename_image_to_preserve_order: true,
    },
  });
  expect(items.map(({ dataset, name, probe }) => [dataset, name, probe])).toEqual([
    ['ds0', '0_x y.jpg', undefined],
    ['ds0', '1_b.jpg', undefined],
  ]);
});

test('a list without a link fails and says what a list is', async () => {
  const { failure, reports } = await runPlugin({
    action: 'import',
    plugin: 'links',
    files: { 'a.txt': `hello\n${'x'.repeat(100_000)}\n` },
  });
  expect(failure).toMatchObject({ code: 'SLY_PUBLISH_NOTHING' });
  expect(reports).toHaveLength(2);
  expect(reports[1]?.message).toContain('64 KiB');
});

test('detects lists, and only lists', async () => {
  const verdict = async (files: Record<string, string>) => {
    const { detection } = await runPlugin({ action: 'detect', files });
    return detection?.candidates.find((one) => one.plugin === 'links')?.confidence ?? 0;
  };
  expect(await verdict({ 'a.txt': 'https://h.example/a.jpg\nhttps://h.example/b.png\n' })).toBeGreaterThan(
    0.9,
  );
  expect(await verdict({ 'a.csv': 'url;tag\nhttps://h.example/a.jpg;x\n' })).toBeGreaterThan(0.9);
  expect(await verdict({ 'a.csv': 'tag,url\nx,"https://h.example/a.jpg"\n' })).toBeGreaterThan(0.9);
  expect(await verdict({ 'a.txt': '0 0.5 0.5 0.1 0.1\n' })).toBe(0);
  expect(await verdict({ 'readme.txt': 'See https://h.example/ for more.\nThank you.\nBye.\n' })).toBe(0);
});

test('memory does not grow with the list', async () => {
  const lines = 300_000;
  const list = Array.from({ length: lines }, (_, i) => `https://h.example/folder/picture-${i}.jpg`).join(
    '\n',
  );
  const { segments, log } = await runPlugin({ action: 'import', plugin: 'links', files: { 'a.txt': list } });
  expect(segments.flat().filter((line) => line.kind === 'item')).toHaveLength(lines);
  expect(segments.length).toBeGreaterThan(500);
  expect(log.some((line) => line.level === 'error')).toBe(false);
}, 60_000);

test.each([
  ['list.txt', 4000],
  ['more/plain.tsv', 3000],
  ['more/tagged.csv', 3000],
])(
  'any damage to %s gives links, or says which line has none',
  async (name, cases) => {
    const { reported } = await fuzzImport({
      plugin: 'links',
      files: { [name]: readFileSync(path.join(FIXTURES, name)) },
      damage: /./,
      tokens: [...TEXT_TOKENS, '\t', ';', '""', 'https://', 's3://', '%', '?', '/', '.jpg\n'],
      cases,
      // Nobody has looked at the pictures yet.
      unread: /^size$/,
    });
    expect(reported).toBeGreaterThan(cases / 10);
  },
  300_000,
);

test('any text is a link or a reason, and a name that can be one', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })), (text) => {
      const checked = checkLink(text);
      if ('why' in checked) {
        expect(checked.why).toMatch(/^expected /);
        return;
      }
      expect(new URL(checked.link).href).toBe(checked.link);
      expect(plainName(checked.base || 'image')).toMatch(/^[\p{L}\p{M}\p{N}_-]+(\.[a-z]+)?$/u);
    }),
    { numRuns: 10_000 },
  );
});
