import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell } from '../../../src/plugin-kit/csv.ts';
import { delimiterOf, rawCell, scanRows, splitRow } from '../../../src/plugin-kit/csv-rows.ts';
import { createRowGroups } from '../../../src/plugin-kit/row-groups.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function rowsOf(text: string | Buffer, delimiter = ',') {
  const file = path.join(tempFolder('rows'), 'a.csv');
  writeFileSync(file, text);
  const rows = [];
  for (const { start, end, line, bytes } of scanRows(file, delimiter))
    rows.push({ start, end, line, cells: splitRow(bytes, delimiter) });
  return rows;
}

test('places, lines and cells; empty lines, a mark and either line end are left out', () => {
  expect(rowsOf('\uFEFFa,b\r\n\r\n1, "x ""y"" , z"\n\nlast,')).toEqual([
    { start: 3, end: 8, line: 1, cells: ['a', 'b'] },
    // The quote does not begin its cell, so it is a letter.
    { start: 10, end: 27, line: 3, cells: ['1', '"x ""y""', 'z"'] },
    { start: 28, end: 33, line: 5, cells: ['last', ''] },
  ]);
});

test('quoted cells may have line ends and delimiters; lines are counted on', () => {
  const rows = rowsOf('a,"one\ntwo, ""three""",c\nd,e\n');
  expect(rows.map(({ line, cells }) => [line, cells])).toEqual([
    [1, ['a', 'one\ntwo, "three"', 'c']],
    [3, ['d', 'e']],
  ]);
});

test('a quote that never ends costs nothing but itself', () => {
  expect(rowsOf('a,"b\nc,d\n').map(({ cells }) => cells)).toEqual([
    ['a', '"b'],
    ['c', 'd'],
  ]);
});

test('what is written with quotes is read back, whatever the size of the pieces', () => {
  const cell = fc
    .string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é', '\r') })
    .map((one) => one.trim());
  const row = fc
    .array(cell, { minLength: 1, maxLength: 4 })
    .filter((cells) => cells.length > 1 || cells[0] !== '');
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      const text = rows.map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
      const read = rowsOf(text);
      expect(read.map(({ cells }) => cells)).toEqual(rows);
      const bytes = Buffer.from(text);
      for (const [i, { start, end }] of read.entries())
        expect(splitRow(bytes.subarray(start, end - 1), ',')).toEqual(rows[i]);
    }),
    { numRuns: 300 },
  );
});

test('long files and long rows', () => {
  const long = 'x'.repeat(400_000);
  const rows = rowsOf(`${'abc,def\n'.repeat(100_000)}${long},y\nend,z`);
  expect(rows).toHaveLength(100_002);
  expect(rows.at(-2)).toMatchObject({ line: 100_001, cells: [long, 'y'] });
  expect(rows.at(-1)).toMatchObject({ line: 100_002, cells: ['end', 'z'] });
});

test('a quote in a long file costs no row', () => {
  const rows = rowsOf(`a,"b\n${'abc,def\n'.repeat(400_000)}`);
  expect(rows).toHaveLength(400_001);
  expect(rows.at(-1)).toMatchObject({ line: 400_001, cells: ['abc', 'def'] });
  // No line end at all: memory must not grow with the file.
  expect(rowsOf('x'.repeat(5 << 20)).length).toBeGreaterThan(1);
});

test('one cell without the others', () => {
  expect(rawCell(Buffer.from('a,bc,d'), 1, ',')?.toString()).toBe('bc');
  expect(rawCell(Buffer.from('a,"b,c",d'), 2, ',')?.toString()).toBe('d');
  expect(rawCell(Buffer.from('a'), 1, ',')).toBeUndefined();
});

test('the delimiter of a first row', () => {
  expect(['a,b,c', 'a;b', 'a\tb,c\td', 'a', 'a|b|c,d'].map(delimiterOf)).toEqual([',', ';', '\t', ',', '|']);
});

test('rows of a group come together, from all files, in their order', () => {
  const folder = tempFolder('groups');
  const random = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 5 }), fc.string({ unit: 'grapheme', maxLength: 9 })),
    {
      maxLength: 40,
    },
  );
  let round = 0;
  fc.assert(
    fc.property(random, random, fc.boolean(), (first, second, sort) => {
      const tables = [first, second].map((rows) => (sort ? rows.toSorted(([a], [b]) => a - b) : rows));
      const sources = tables.map((rows, i) => {
        const absolute = path.join(folder, `${round}-${i}.csv`);
        writeFileSync(absolute, rows.map(([group, text]) => `${group},${csvCell(text)}\n`).join(''));
        return { file: `${i}.csv`, absolute, delimiter: ',' };
      });
      round++;
      const groups = createRowGroups(sources);
      for (const [i, { absolute }] of sources.entries())
        for (const row of scanRows(absolute, ',')) groups.add(Number(splitRow(row.bytes, ',')[0]), i, row);
      for (let group = 0; group <= 6; group++) {
        const found = [...groups.rows(group)].map(({ source, bytes }) => [source, splitRow(bytes, ',')[1]]);
        const wanted = tables.flatMap((rows, i) =>
          rows.filter(([one]) => one === group).map(([, text]) => [i, text.trim()]),
        );
        expect(found).toEqual(wanted);
      }
      groups.close();
    }),
    { numRuns: 200 },
  );
});
