import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { createLabelStore } from '../label-store.ts';

test('each file is what it was, in any order, kept or read again', () => {
  const folder = tempFolder('store');
  const files = Array.from({ length: 40 }, (_, i) => ({
    file: path.join(folder, `${i}.txt`),
    text: `${i}`.repeat(1 + (i % 7)),
  }));
  for (const { file, text } of files) writeFileSync(file, text);
  // Pieces of so few bytes are soon as many as may be kept: the last files are not.
  const store = createLabelStore(files.length, 14);
  const read = (i: number): string => {
    const { file = '', text = '' } = files[i] ?? {};
    store.read(i, file, text.length);
    return store.bytes.toString('latin1', store.from, store.to);
  };
  const order = [...files.keys(), ...[...files.keys()].reverse()];
  for (const i of order) expect(read(i)).toBe(files[i]?.text);
  // What is kept is not read again, what is not is.
  for (const { file } of files) writeFileSync(file, 'x');
  expect(read(0)).toBe('0');
  expect(read(39).slice(0, 1)).toBe('x');
});

test('a file that grew or shrank gives what was there, one that is gone is an error', () => {
  const file = path.join(tempFolder('store'), 'a.txt');
  writeFileSync(file, '0 1 2');
  const store = createLabelStore(3, 100);
  store.read(0, file, 3);
  expect(store.bytes.toString('latin1', store.from, store.to)).toBe('0 1');
  store.read(1, file, 9);
  expect(store.bytes.toString('latin1', store.from, store.to)).toBe('0 1 2');
  expect(() => store.read(2, `${file}.gone`, 3)).toThrow(/ENOENT/);
  expect(() => store.read(2, file, 2 ** 30)).toThrow(/at most/);
});
