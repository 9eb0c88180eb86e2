/** Archives inside archives: one level is unpacked, two are not, and together they stay within the limits of one. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createSourceOpener } from '../../../../src/agent/intake/open-source.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { buildTar, buildZip } from './build-archives.ts';

async function open(bytes: Buffer, name = 'set.zip', limits = {}) {
  const folder = tempFolder('nested');
  writeFileSync(path.join(folder, name), bytes);
  const tree = await createSourceOpener({ log: silentLogger(), limits }).open(
    { kind: 'path', path: path.join(folder, name) },
    {
      workFolder: path.join(folder, 'work'),
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  );
  const text = (file: string): string => readFileSync(path.join(tree.root, file), 'utf8');
  return { tree, text, files: tree.files.map((file) => file.path).sort() };
}

const images = buildZip([
  { name: 'a.jpg', data: 'A' },
  { name: 'more.zip', data: buildZip([{ name: 'deep.txt', data: 'D' }]) },
]);

test('an archive of archives: one level of each kind, a taken name is avoided, deeper ones stay files', async () => {
  const labels = buildTar([{ name: 'b.txt', data: 'B' }]);
  const { files, text } = await open(
    buildZip([
      { name: 'images.zip', data: images },
      { name: 'images/own.txt', data: 'O' },
      { name: 'labels.tar.gz', data: gzipSync(labels) },
      { name: 'sub/labels.tar.zst', data: zstdCompressSync(labels) },
      { name: 'blob/data.tar', data: labels },
    ]),
  );
  expect(files).toEqual([
    'blob/data.tar',
    'images/own.txt',
    'images_01/a.jpg',
    'images_01/more.zip',
    'labels/b.txt',
    'sub/labels/b.txt',
  ]);
  expect(text('images_01/a.jpg')).toBe('A');
  expect(text('sub/labels/b.txt')).toBe('B');
});

test('one that is broken or dangerous is refused by itself, the rest stays', async () => {
  const { files, tree } = await open(
    buildZip([
      { name: 'good.zip', data: buildZip([{ name: 'a.txt', data: 'A' }]) },
      { name: 'bad.zip', data: 'PK no zip at all' },
      { name: 'evil.zip', data: buildZip([{ name: '../../evil.txt', data: 'E' }]) },
    ]),
  );
  expect(files).toEqual(['good/a.txt']);
  expect(tree.refused.map(({ file, code }) => [file, code]).sort()).toEqual([
    ['bad.zip', 'SLY_ARCHIVE_BAD'],
    ['evil.zip', 'SLY_ARCHIVE_DANGER'],
  ]);
  expect(existsSync(path.join(tree.root, 'evil.txt'))).toBe(false);
});

test('bombs inside share what the outer archive may become', async () => {
  const bomb = buildZip([{ name: 'zeros', data: Buffer.alloc(600_000), deflate: true }]);
  const { files, tree } = await open(
    buildZip([
      { name: '1.zip', data: bomb },
      { name: '2.zip', data: bomb },
      { name: '3.zip', data: bomb },
    ]),
    'set.zip',
    { ratioFloorBytes: 1_000_000, ratio: 10 },
  );
  expect(files).toEqual(['1/zeros']);
  expect(tree.refused.map(({ file, code }) => [file, code])).toEqual([
    ['2.zip', 'SLY_ARCHIVE_LIMIT'],
    ['3.zip', 'SLY_ARCHIVE_LIMIT'],
  ]);
});
