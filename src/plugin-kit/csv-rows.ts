/**
 * Rows of large tables as bytes with their place in the file, so that a row can be fetched again later without the ones
 * before. Synchronous and without a copy: fifteen million rows are nothing unusual. For tables that are read once,
 * csv.ts is simpler.
 */
import { closeSync, openSync, readSync } from 'node:fs';

export interface CsvBytesRow {
  /** Byte of the file where the row begins, and where the next one does. */
  start: number;
  end: number;
  /** From 1. */
  line: number;
  /** Without the line end; valid until the next row. */
  bytes: Buffer;
}

export interface RowsStart {
  /** Byte of the file and line where the bytes begin. */
  offset: number;
  line: number;
  /** A code of one byte. */
  delimiter: string;
}

const CHUNK = 256 << 10;
/** A quoted cell that does not end within so many bytes was no quoted cell. */
const MAX_ROW = 1 << 20;
const [NEWLINE, RETURN, QUOTE] = [10, 13, 34];

/** Empty lines and a byte order mark are left out. A quote that never ends is taken as a letter. */
export function* scanRows(absolute: string, delimiter: string): Generator<CsvBytesRow> {
  const fd = openSync(absolute, 'r');
  try {
    let held = Buffer.allocUnsafe(CHUNK);
    let filled = 0;
    let at = { offset: 0, line: 1, delimiter };
    for (let last = false; !last; ) {
      if (filled === held.length) held = Buffer.concat([held, Buffer.allocUnsafe(held.length)]);
      const got = readSync(fd, held, filled, held.length - filled, at.offset + filled);
      filled += got;
      last = got === 0;
      // Longer than any row: first the quote is not believed, then that there will be a line end.
      const ends = last || filled > 2 * MAX_ROW ? 'all' : filled > MAX_ROW ? 'unquoted' : 'lines';
      const rows = rowsIn(held.subarray(0, filled), at, ends);
      let next = rows.next();
      while (next.done !== true) {
        yield next.value;
        next = rows.next();
      }
      const used = next.value.offset - at.offset;
      held.copyWithin(0, used, filled);
      filled -= used;
      at = { ...at, ...next.value };
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * Returns where the first row begins that is not complete. `lines`: more may follow. `unquoted`: more may follow, but
 * not the end of a quoted cell. `all`: nothing follows, so the last row is complete.
 */
export function* rowsIn(
  bytes: Buffer,
  { offset, line, delimiter }: RowsStart,
  ends: 'lines' | 'unquoted' | 'all',
): Generator<CsvBytesRow, { offset: number; line: number }> {
  const separator = delimiter.charCodeAt(0);
  let from = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let quote = bytes.indexOf(QUOTE, from);
  while (from < bytes.length) {
    let newline = bytes.indexOf(NEWLINE, from);
    let lines = 1;
    if (quote >= 0 && quote < from) quote = bytes.indexOf(QUOTE, from);
    if (quote >= 0 && (newline < 0 || quote < newline)) {
      const end = quotedRowEnd(bytes, from, separator);
      if (end === undefined) {
        if (ends === 'lines') break;
      } else {
        newline = end.newline;
        lines = end.lines;
      }
    }
    if (newline < 0 && ends !== 'all') break;
    const stop = newline < 0 ? bytes.length : newline;
    const text = stop > from && bytes[stop - 1] === RETURN ? stop - 1 : stop;
    const next = newline < 0 ? bytes.length : newline + 1;
    if (text > from)
      yield { start: offset + from, end: offset + next, line, bytes: bytes.subarray(from, text) };
    from = next;
    line += lines;
  }
  return { offset: offset + from, line };
}

/** The line end behind the row's last cell; -1 at the end of the bytes; undefined when a quoted cell does not end. */
function quotedRowEnd(
  bytes: Buffer,
  from: number,
  separator: number,
): { newline: number; lines: number } | undefined {
  let lines = 1;
  for (let at = from; ; at++) {
    if (bytes[at] === QUOTE) {
      let close = bytes.indexOf(QUOTE, at + 1);
      while (close >= 0 && bytes[close + 1] === QUOTE) close = bytes.indexOf(QUOTE, close + 2);
      if (close < 0) return undefined;
      for (let i = bytes.indexOf(NEWLINE, at); i >= 0 && i < close; i = bytes.indexOf(NEWLINE, i + 1))
        lines++;
      at = close;
    }
    while (at < bytes.length && bytes[at] !== separator && bytes[at] !== NEWLINE) at++;
    if (at >= bytes.length) return { newline: -1, lines };
    if (bytes[at] === NEWLINE) return { newline: at, lines };
  }
}

/** Cells of a row, spaces around them left out, quotes taken off. */
export function splitRow(bytes: Buffer, delimiter: string): string[] {
  const text = bytes.toString('utf8');
  if (!text.includes('"')) return text.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  for (let at = 0; at <= text.length; ) {
    let cell = '';
    if (text[at] === '"') {
      let close = text.indexOf('"', at + 1);
      while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
      if (close >= 0) {
        cell = text.slice(at + 1, close).replaceAll('""', '"');
        at = close + 1;
      }
    }
    const stop = text.indexOf(delimiter, at);
    const end = stop < 0 ? text.length : stop;
    cell += text.slice(at, end);
    cells.push(cell.trim());
    at = end + 1;
  }
  return cells;
}

/** One cell as bytes, as it stands there (quotes and all); undefined when the row has fewer. */
export function rawCell(bytes: Buffer, column: number, delimiter: string): Buffer | undefined {
  if (bytes.includes(QUOTE)) {
    const cell = splitRow(bytes, delimiter)[column];
    return cell === undefined ? undefined : Buffer.from(cell);
  }
  const separator = delimiter.charCodeAt(0);
  let from = 0;
  for (let i = 0; i < column; i++) {
    const next = bytes.indexOf(separator, from);
    if (next < 0) return undefined;
    from = next + 1;
  }
  const end = bytes.indexOf(separator, from);
  return bytes.subarray(from, end < 0 ? bytes.length : end);
}

/** The one of comma, semicolon, tab and bar that a first row has most of. */
export function delimiterOf(row: string): string {
  let best = ',';
  for (const one of [';', '\t', '|']) if (row.split(one).length > row.split(best).length) best = one;
  return best;
}
