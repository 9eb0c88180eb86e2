/** The report of a task as text for a person: the sum first, then every line that is not plainly ok. */
import { createReadStream } from 'node:fs';
import { readLines } from '../../lib/lines.ts';
import type { ReportLine } from '../../protocol/task.ts';
import { printable } from './file-names.ts';
import type { SourceStatus } from './status-files.ts';

const PIECE = 1 << 16;

export async function* reportText(status: SourceStatus, reportFile: string): AsyncGenerator<string> {
  yield head(status);
  let piece = '';
  let count = 0;
  for await (const line of readReport(reportFile)) {
    if (count++ === 0) piece += '\nWhat is not plainly ok, file by file:\n';
    piece += lineText(line);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield count === 0 && status.counts !== undefined ? '\nEvery file was imported.\n' : piece;
}

/** Lines of a report file; nothing when the task ended before there was one. */
export async function* readReport(reportFile: string): AsyncGenerator<ReportLine> {
  try {
    for await (const { text } of readLines(createReadStream(reportFile))) {
      const line = parseLine(text);
      if (line !== undefined) yield line;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function parseLine(text: string): ReportLine | undefined {
  try {
    return JSON.parse(text) as ReportLine;
  } catch {
    return undefined;
  }
}

function head(status: SourceStatus): string {
  const { counts } = status;
  const rows: [string, string | undefined][] = [
    ['Source', printable(status.source)],
    ['State', status.state],
    ['Detail', status.detail],
    ['Hint', status.hint],
    ['Project', status.project === undefined ? undefined : `${status.project} ${status.link ?? ''}`.trim()],
    [
      'Format',
      status.plugin === undefined ? undefined : `${status.plugin}, because ${status.because ?? '?'}`,
    ],
    [
      'Files',
      counts === undefined
        ? undefined
        : `${counts.files} in = ${counts.ok} ok + ${counts.skipped} skipped + ${counts.failed} failed`,
    ],
    ['Items', counts === undefined ? undefined : `${counts.items} published, ${counts.warnings} warnings`],
    ['Ran as', status.ran],
    ['Task', status.task],
    ['Ended', status.endedAt],
  ];
  return rows
    .flatMap(([label, value]) =>
      value === undefined ? [] : [`${`${label}:`.padEnd(9)}${printable(value)}\n`],
    )
    .join('');
}

function lineText(line: ReportLine): string {
  const where = line.file === undefined ? '(the whole source)' : printable(line.file);
  const place = line.place === undefined ? '' : ` (${printable(line.place)})`;
  const hint = line.hint === undefined ? '' : `         Hint: ${printable(line.hint)}\n`;
  return `${line.status.padEnd(9)}${where}${place}\n         ${line.code}: ${printable(line.message)}\n${hint}`;
}
