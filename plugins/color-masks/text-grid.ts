/** A mask as text: one row of whole numbers a line, separated by spaces, tabs, commas or semicolons. */
import { SlyError } from '../../src/lib/errors.ts';
import type { NumberGrid } from '../../src/plugin-kit/pixels/fit-numbers.ts';

/** Negative numbers keep their 32 bits. Throws SLY_FORMAT_INVALID with the line. */
export function parseTextGrid(text: string): NumberGrid<Uint32Array> {
  const rows: number[][] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.split(/[\s,;]+/).filter((word) => word !== '');
    if (words.length === 0) continue;
    const row = words.map(Number);
    const wrong = row.findIndex((number) => !Number.isInteger(number) || Math.abs(number) > 0x7fffffff);
    if (wrong >= 0) throw bad(i, `whole numbers, got ${JSON.stringify(words[wrong]?.slice(0, 20))}`);
    const width = rows[0]?.length ?? row.length;
    if (row.length !== width) throw bad(i, `${width} numbers as in the first line, got ${row.length}`);
    rows.push(row);
  }
  const width = rows[0]?.length;
  if (width === undefined) throw bad(0, 'rows of numbers, got an empty file');
  return { width, height: rows.length, numbers: Uint32Array.from(rows.flat()) };
}

function bad(line: number, what: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail: `line ${line + 1}: expected ${what}` });
}
