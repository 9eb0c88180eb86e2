import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTextColumn } from '../../../src/plugin-kit/text-column.ts';
import { createTextIndex } from '../../../src/plugin-kit/text-index.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.integer({ max: 40 }).map(String));

test('a column gives back what was added, also when it has to grow', () => {
  fc.assert(
    fc.property(fc.array(fc.option(text, { nil: undefined }), { maxLength: 300 }), (texts) => {
      const column = createTextColumn();
      expect(texts.map((one) => column.add(one))).toEqual(texts.map((_, i) => i));
      expect(texts.map((_, i) => column.get(i))).toEqual(texts);
      expect(column.get(texts.length)).toBeUndefined();
    }),
  );
  const empty = createTextColumn();
  empty.add('');
  expect(empty.get(0)).toBe('');
  const column = createTextColumn();
  const long = 'ü'.repeat(300_000);
  for (const one of ['a', long, 'b', long]) column.add(one);
  expect([0, 1, 2, 3].map((i) => column.get(i))).toEqual(['a', long, 'b', long]);
});

test('an index knows what a Map knows', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 300 }), (texts) => {
      const index = createTextIndex();
      const map = new Map<string, number>();
      for (const one of texts) {
        expect(index.has(one)).toBe(map.has(one));
        if (!map.has(one)) map.set(one, map.size);
        expect(index.add(one)).toBe(map.get(one));
        expect(index.count).toBe(map.size);
      }
    }),
  );
});

test('a hundred thousand names that count up are told apart', () => {
  const index = createTextIndex();
  // With a hash that does not spread this would need minutes.
  for (let i = 0; i < 100_000; i++) index.add(`${String(i).padStart(12, '0')}.jpg`);
  for (let i = 0; i < 100_000; i++) index.add(`${String(i).padStart(12, '0')}.jpg`);
  expect(index.count).toBe(100_000);
});
