/** A task's per-file report as CSV (RFC 4180), a line at a time. */
import type { Readable } from 'node:stream';
import type { ReportLine } from '../../../protocol/task.ts';
import { reportLines } from './read-report.ts';

const COLUMNS = [
  'status',
  'file',
  'place',
  'code',
  'message',
  'hint',
] as const satisfies (keyof ReportLine)[];
const PIECE_BYTES = 64 << 10;

/** `body` is the report as agents send it; undefined = there is none. */
export async function* reportCsv(
  body: Readable | undefined,
  status: string | undefined,
): AsyncGenerator<string> {
  let text = `${COLUMNS.join(',')}\r\n`;
  if (body !== undefined) {
    for await (const line of reportLines(body)) {
      if (status !== undefined && line.status !== status) continue;
      text += `${COLUMNS.map((column) => cell(line[column] ?? '')).join(',')}\r\n`;
      if (text.length < PIECE_BYTES) continue;
      yield text;
      text = '';
    }
  }
  yield text;
}

/** A file name that looks like a formula must not be one in a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
