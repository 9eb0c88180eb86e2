/** The parts by themselves: checksums, protobuf, label maps, detection. */

import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlyError } from '../../../src/lib/errors.ts';
import { detectHere, detectIn } from '../../../test/support/import-here.ts';
import { PICTURE } from '../../../test/support/random-projects.ts';
import { createCrc32c, maskedCrc } from '../crc32c.ts';
import { readExample } from '../example.ts';
import { readLabelMap, writeLabelMap } from '../label-map.ts';
import { shortest } from '../read-objects.ts';
import { recordSetOf } from '../record-sets.ts';
import { example, framed, objectIn } from './cases.ts';

test('the checksum of the nine digits, masked', async () => {
  const crc = await createCrc32c();
  const plain = 0xe3069283;
  const expected = (((plain >>> 15) | (plain << 17)) + 0xa282ead8) >>> 0;
  expect(maskedCrc(crc, Buffer.from('123456789'))).toBe(expected);
});

test('lists of every kind come back, negative and large numbers too', () => {
  const ints = fc.array(fc.maxSafeInteger());
  const floats = fc.array(fc.float({ noNaN: true }));
  const texts = fc.array(fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(ints, floats, texts, (a, b, c) => {
      const read = readExample(example({ a: { ints: a }, b: { floats: b }, ключ: { bytes: c } }));
      expect(read.numbers('a')).toEqual(a);
      expect(read.numbers('b')).toEqual(b);
      expect(read.texts('ключ')).toEqual(c);
      expect(read.texts('a')).toEqual([]);
    }),
  );
});

test('numbers of 32 bits are told as they were meant', () => {
  for (const value of [0.1, 0.3, 12.345, -1e-7, 3.4e38, 7, 1 / 3])
    expect(Math.fround(shortest(Math.fround(value)))).toBe(Math.fround(value));
  expect(shortest(Math.fround(0.1))).toBe(0.1);
  expect(shortest(Math.fround(2.675))).toBe(2.675);
});

describe('label maps', () => {
  test('every way of writing one', () => {
    const text = `
      item { id: 1 name: 'car' }            # a comment { "
      item: { name: "two\\nlines \\x41\\101 \\\\101", id: +2, }
      item < id: 3; display_name: 'only shown' >
      item {
        name: '/m/01' display_name: 'a' "b"
        id: 4
        keypoints { id: 7 label: "x" } child_ids: [
      }`;
    const items = text.replace(' child_ids: [', '');
    expect(readLabelMap(items)).toEqual([
      { id: 1, name: 'car', title: 'car' },
      { id: 2, name: 'two\nlines AA \\101', title: 'two\nlines AA \\101' },
      { id: 3, name: 'only shown', title: 'only shown' },
      { id: 4, name: '/m/01', title: 'ab' },
    ]);
  });
  test('what is wrong is said with its line', () => {
    const said = (text: string): string => {
      try {
        readLabelMap(text);
      } catch (error) {
        return (error as SlyError).detail;
      }
      return '';
    };
    expect(said('item {\n id: x name: "a" }')).toBe('line 1: expected a whole number as id, got "x"');
    expect(said('item {\n id: 1\n}')).toBe('line 1: expected an item with a name, got "one without (id 1)"');
    expect(said('item {\n id: 1\n name: "a"')).toBe(
      'line 3: expected a closing brace, got "the end of the file"',
    );
    expect(said(`${'a {'.repeat(500)}`)).toContain('at most 50 levels');
  });
  test('what is written is read again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => one.trim() === one)),
        (names) => {
          const items = names.map((name, i) => ({ id: i + 1, name }));
          expect(readLabelMap(writeLabelMap(items)).map(({ id, name }) => ({ id, name }))).toEqual(items);
        },
      ),
    );
  });
});

test('names of record files', () => {
  for (const [name, set] of Object.entries({
    'a/b.tfrecord': 'a/b',
    'b.TFRecords': 'b',
    'b.record.gz': 'b',
    'b.tfrec': 'b',
    'b.tfrecord-00001-of-00004': 'b',
    'b-00001-of-00004.tfrecord': 'b',
    'b.tf_record-0-of-1': 'b',
  }))
    expect(recordSetOf(name), name).toBe(set);
  for (const name of ['a.txt', 'record', 'a.records.txt', 'a-00001-of-00004.bin'])
    expect(recordSetOf(name), name).toBeUndefined();
});

describe('detection', () => {
  const record = framed(example(objectIn(PICTURE)));
  test('by the frame and the keys', async () => {
    const shapes = fileURLToPath(new URL('../fixtures/shapes', import.meta.url));
    expect((await detectIn('tfrecord', shapes)).confidence).toBeGreaterThan(0.9);
    expect(await detectHere('tfrecord', { 'x/a.tfrecord': record })).toMatchObject({
      confidence: 0.97,
      because: expect.stringContaining('x/a.tfrecord') as string,
    });
    expect((await detectHere('tfrecord', { 'a.record': gzipSync(record) })).confidence).toBe(0.97);
  });
  test('not by the name alone', async () => {
    const other = framed(example({ 'text/tokens': { ints: [1, 2] } }));
    for (const files of [
      { 'a.tfrecord': 'something else entirely' },
      { 'a.tfrecord': other },
      { 'a.png': PICTURE },
      { 'a.tfrecord': '' },
    ])
      expect((await detectHere('tfrecord', files)).confidence, JSON.stringify(files)).toBe(0);
  });
});
