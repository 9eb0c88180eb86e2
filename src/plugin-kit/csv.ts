/** Tables as text (RFC 4180 and its relatives), streamed row by row with the line each began at. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { SlyError } from '../lib/errors.ts';

export interface CsvRow {
  /** From 1. */
  line: number;
  cells: string[];
}

export interface CsvOptions {
  /** As it is called in errors. */
  file: string;
  /** Default comma. */
  delimiter?: string;
  signal?: AbortSignal;
  /** Characters of one row; default 1 MiB. */
  maxRow?: number;
}

/**
 * Empty lines are left out, a byte order mark too, spaces around cells are trimmed. Rows may have any number of
 * cells. Throws SLY_FORMAT_INVALID with the line for quotes that do not end and for rows that are too long.
 */
export async function* readCsv(absolute: string, options: CsvOptions): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    delimiter: options.delimiter ?? ',',
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: options.maxRow ?? 1 << 20,
  });
  const source = createReadStream(absolute);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      options.signal?.throwIfAborted();
      yield { line: info.lines, cells: record };
    }
  } catch (error) {
    const { code, lines, message } = error as { code?: string; lines?: number; message: string };
    if (code?.startsWith('CSV_') !== true) throw error;
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `line ${lines ?? '?'}: ${message}`,
      file: options.file,
      cause: error,
    });
  } finally {
    source.destroy();
  }
}

/** One cell for a file: quoted when it has to be. Cells that a spreadsheet would run as a formula get no special treatment: they are data. */
export function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
