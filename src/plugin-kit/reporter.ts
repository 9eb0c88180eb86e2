/** What became of single files, as lines of the segments; the agent counts them. */
import type { SegmentLine } from '../protocol/plugin.ts';
import type { Breathe } from './breathe.ts';
import type { Problem, Reporter } from './plugin.ts';
import type { SegmentWriter } from './segment-writer.ts';

export function createReporter(segments: SegmentWriter, breathe: Breathe): Reporter {
  async function say(line: SegmentLine): Promise<void> {
    segments.write(line);
    await breathe();
  }
  return {
    used: (file, as) => say({ kind: 'used', file: `data/${file}`, as }),
    skipped: (problem) => say(reportLine('skipped', problem)),
    failed: (problem) => say(reportLine('failed', problem)),
    warning: (problem) => say(reportLine('warning', problem)),
  };
}

export function reportLine(
  status: 'skipped' | 'failed' | 'warning',
  { file, place, code, message, hint }: Problem,
): SegmentLine {
  return {
    kind: 'report',
    status,
    code,
    message,
    ...(file === undefined ? {} : { file: `data/${file}` }),
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  };
}
