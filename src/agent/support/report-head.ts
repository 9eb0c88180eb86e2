/** What the beginning of a task's report says, in numbers: how many files came to which end, by code. */
import { readLinesAt } from '../../lib/read-lines-at.ts';
import type { ReportLine } from '../../protocol/task.ts';

export interface ReportHead {
  lines: number;
  /** False: the report goes on. */
  whole: boolean;
  /** `failed SLY_IMAGE_UNREADABLE` -> how many. */
  counts: Record<string, number>;
}

const HEAD_BYTES = 256 << 10;
const MOST_KINDS = 50;

/** Undefined when there is no report. */
export function reportHead(file: string, maxBytes = HEAD_BYTES): ReportHead | undefined {
  let text: string;
  try {
    text = readLinesAt(file, 0, maxBytes);
  } catch {
    return undefined;
  }
  const counts = new Map<string, number>();
  let lines = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    lines++;
    const { status, code } = JSON.parse(line) as ReportLine;
    // A plugin gives codes of its own, and with them whatever it likes.
    const kind = `${status} ${/^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'another code'}`;
    if (counts.has(kind) || counts.size < MOST_KINDS) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return { lines, whole: Buffer.byteLength(text) < maxBytes, counts: Object.fromEntries(counts) };
}
