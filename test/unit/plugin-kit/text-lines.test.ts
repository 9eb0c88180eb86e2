import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRangeReader } from '../../../src/plugin-kit/range-reader.ts';
import { splitInPath } from '../../../src/plugin-kit/splits.ts';
import { readTextLines, type TextLine } from '../../../src/plugin-kit/text-lines.ts';
import { tempFolder } from '../../support/temp-folder.ts';

async function linesOf(content: string | Buffer, maxLine?: number): Promise<TextLine[]> {
  const file = path.join(tempFolder('lines'), 'a.txt');
  writeFileSync(file, content);
  const lines: TextLine[] = [];
  const options = { file: 'a.txt', ...(maxLine === undefined ? {} : { maxLine }) };
  for await (const line of readTextLines(file, options)) lines.push(line);
  return lines;
}

test('lines with their places; mark, Windows ends and a last line without one', async () => {
  expect(await linesOf('\uFEFFone\r\n\ntwo ä\nthree')).toEqual([
    { text: 'one', line: 1, offset: 0, bytes: 8 },
    { text: '', line: 2, offset: 8, bytes: 1 },
    { text: 'two ä', line: 3, offset: 9, bytes: 7 },
    { text: 'three', line: 4, offset: 16, bytes: 5 },
  ]);
  expect(await linesOf('')).toEqual([]);
});

test('a line that is too long is named, and read in pieces it is not held', async () => {
  await expect(linesOf(`short\n${'x'.repeat(3_000_000)}`)).rejects.toMatchObject({
    code: 'SLY_FORMAT_INVALID',
    file: 'a.txt',
    detail: 'line 2: expected at most 1048576 bytes, got more',
  });
});

test('any text: the lines put together are the text, each is where it says', async () => {
  const content = fc.string({
    unit: fc.constantFrom('a', 'é', '\n', '\r', '中', ' ', '\uFEFF'),
    maxLength: 200,
  });
  await fc.assert(
    fc.asyncProperty(content, async (text) => {
      const bytes = Buffer.from(text);
      const lines = await linesOf(bytes);
      expect(lines.map(({ line }) => line)).toEqual(lines.map((_, i) => i + 1));
      const pieces = lines.map(({ offset, bytes: length }) => bytes.subarray(offset, offset + length));
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      const expected = text.replace(/^\uFEFF/, '').split('\n');
      if (expected.at(-1) === '' && !text.endsWith('\uFEFF')) expected.pop();
      const ended = text.split('\n').length;
      expect(lines.map((line) => line.text)).toEqual(
        expected.map((one, i) => (i + 1 < ended ? one.replace(/\r$/, '') : one)),
      );
    }),
    { numRuns: 100 },
  );
});

test('places are read again, from more files than stay open; a file that became shorter is an error', () => {
  const root = tempFolder('ranges');
  const names = Array.from({ length: 40 }, (_, i) => `${i}.txt`);
  for (const name of names) writeFileSync(path.join(root, name), `begin ${name} end`);
  const ranges = createRangeReader({ locate: (file) => path.join(root, file) });
  for (let round = 0; round < 2; round++)
    for (const file of names) expect(ranges.text({ file, offset: 6, bytes: file.length })).toBe(file);
  truncateSync(path.join(root, '0.txt'), 8);
  expect(() => ranges.text({ file: '0.txt', offset: 6, bytes: 5 })).toThrow(
    /expected 5 bytes at byte 6, got 2/,
  );
  ranges.close();
  ranges.close();
});

test.each([
  ['WIDER_train/images/a.jpg', 'train'],
  ['ch4_training_images', 'train'],
  ['labels/bdd100k_labels_images_val.json', 'val'],
  ['Challenge4_Test_Task1_GT', 'test'],
  ['train/val/a.png', 'val'],
  ['trainer/valley/latest.json', undefined],
])('%s is of %s', (file, split) => {
  expect(splitInPath(file)).toBe(split);
});
