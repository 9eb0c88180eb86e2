/** The segments a plugin closes, in order, as soon as each appears under its final name. */
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import { readLines } from '../../lib/lines.ts';
import { createParser } from '../../lib/schema.ts';
import { type SegmentLine, SegmentLineSchema } from '../../protocol/plugin.ts';
import type { ReportLine } from '../../protocol/task.ts';

export interface Segment {
  number: number;
  lines: SegmentLine[];
  /** Lines that do not have the agreed shape. */
  broken: ReportLine[];
}

const parser = createParser(SegmentLineSchema, 'SLY_PLUGIN_OUTPUT');
const MAX_LINE = 256 << 20;

/** Throws SLY_PLUGIN_OUTPUT when it does not have the agreed shape. */
export const checkLine = (value: unknown, place: string): SegmentLine => parser.parse(value, place);

export function segmentFile(folder: string, number: number): string {
  return path.join(folder, `${String(number).padStart(6, '0')}.ndjson`);
}

/** True when the plugin writes the streamed form. */
export async function hasSegments(folder: string): Promise<boolean> {
  return (await lstat(segmentFile(folder, 1)).catch(() => undefined)) !== undefined;
}

/** Undefined while this segment is not there (yet). */
export async function readSegment(folder: string, number: number): Promise<Segment | undefined> {
  const file = segmentFile(folder, number);
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const name = path.basename(file);
  const segment: Segment = { number, lines: [], broken: [] };
  const bad = (place: string, message: string): void => {
    segment.broken.push({
      status: 'failed',
      code: 'SLY_PLUGIN_OUTPUT',
      place,
      message: message.slice(0, 500),
      hint: 'This is a fault of the plugin; the other items went through.',
    });
  };
  if (!found.isFile()) {
    bad(name, 'expected a regular file');
    return segment;
  }
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  let at = 0;
  for await (const line of readLines(handle.createReadStream(), MAX_LINE)) {
    at++;
    if (line.text === '') continue;
    try {
      const value: unknown = JSON.parse(line.text);
      segment.lines.push(checkLine(value, `line ${at}`));
    } catch (error) {
      bad(`${name}:${at}`, error instanceof Error ? error.message : String(error));
    }
  }
  return segment;
}
