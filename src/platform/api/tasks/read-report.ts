/** A page of a task's per-file report. The report may have a line a file: it is streamed, never held. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createParser } from '../../../lib/schema.ts';
import { type ReportLine, ReportLineSchema } from '../../../protocol/task.ts';

const parser = createParser(ReportLineSchema);

export interface ReportPage {
  /** Lines that match, on all pages. */
  total: number;
  entities: ReportLine[];
}

export async function readReport(
  body: Readable,
  options: { offset: number; limit: number; status?: string },
): Promise<ReportPage> {
  const entities: ReportLine[] = [];
  let total = 0;
  for await (const line of reportLines(body)) {
    if (options.status !== undefined && line.status !== options.status) continue;
    if (total >= options.offset && entities.length < options.limit) entities.push(line);
    total += 1;
  }
  return { total, entities };
}

export async function* reportLines(body: Readable): AsyncGenerator<ReportLine> {
  const lines = createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const text of lines) {
    const line = parse(text);
    if (line !== undefined) yield line;
  }
}

function parse(text: string): ReportLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return parser.check(value) ? value : undefined;
  } catch {
    // A line cut by a crash of the agent; the next attempt's report replaces the file.
    return undefined;
  }
}
