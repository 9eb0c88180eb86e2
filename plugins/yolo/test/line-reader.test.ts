import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createLineReader } from '../line-reader.ts';

// Many runs, and other work beside them.
vi.setConfig({ testTimeout: 120_000 });

function read(
  text: string | Buffer,
  from = 0,
): { line: number; values: number[]; bad: string | undefined }[] {
  const bytes = Buffer.from(text as string);
  const reader = createLineReader();
  reader.load(bytes, from, bytes.length);
  const lines = [];
  while (reader.next())
    lines.push({ line: reader.line, values: [...reader.values.slice(0, reader.count)], bad: reader.bad });
  return lines;
}

test('lines, blanks, line ends, a byte order mark', () => {
  expect(read('\uFEFF1 2\r\n\n \t\n3\t4 \n5')).toEqual([
    { line: 1, values: [1, 2], bad: undefined },
    { line: 4, values: [3, 4], bad: undefined },
    { line: 5, values: [5], bad: undefined },
  ]);
  expect(read('')).toEqual([]);
  expect(read('\n\n')).toEqual([]);
});

test('numbers in every way they are written', () => {
  expect(read('0 -0.5 +1 .25 1. 1e-3 2E2 00.10 123456789012345678901')[0]).toMatchObject({
    values: [0, -0.5, 1, 0.25, 1, 0.001, 200, 0.1, 123456789012345680000],
    bad: undefined,
  });
});

test.each(['nan', 'inf', '0x10', '1,5', '--1', '-', '.', '1e999', '1.2.3', 'é', '1_000'])(
  '%s is no number',
  (word) => {
    expect(read(`0 ${word} 1`)[0]).toMatchObject({ bad: word, values: [0, expect.anything(), 1] });
  },
);

test('only the text between the two places counts', () => {
  const bytes = Buffer.from('99 1 2\n3 4');
  const reader = createLineReader();
  reader.load(bytes, 1, 6);
  expect(reader.next()).toBe(true);
  expect([...reader.values.slice(0, reader.count)]).toEqual([9, 1, 2]);
  expect(reader.next()).toBe(false);
});

test('is what Number says, to the last place that matters', () => {
  const written = fc.oneof(
    fc.double({ min: -2, max: 2, noNaN: true }).map((value) => value.toFixed(fc.sample(fc.nat(20), 1)[0])),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.float({ min: 0, max: 1, noNaN: true }).map(String),
    fc.integer().map(String),
  );
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 200 }), (words) => {
      const [line] = read(words.join(' '));
      expect(line?.bad).toBeUndefined();
      for (const [i, word] of words.entries()) {
        const [got, wanted] = [line?.values[i] ?? Number.NaN, Number(word)];
        expect(Math.abs(got - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 1e-15);
      }
    }),
    { numRuns: 300 },
  );
});
