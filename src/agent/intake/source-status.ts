/** What is known of a source as its status file says it. Pure. */

import type { RunSummary } from '../../protocol/run-record.ts';
import type { InventoryRow, TaskStanding } from '../journal/intake-inventory.ts';
import type { SourceScan } from './scan-source.ts';
import type { SourceStatus } from './status-files.ts';

export function settlingStatus(
  source: string,
  scan: SourceScan,
  detail: string,
  settleMs: number,
): SourceStatus {
  return {
    source,
    state: 'settling',
    detail,
    seconds: settleMs / 1000,
    files: scan.files,
    bytes: scan.bytes,
  };
}

export function takenStatus(
  row: InventoryRow,
  standing: TaskStanding | undefined,
  report: string | undefined,
): SourceStatus {
  const details = row.details ?? standing?.details ?? {};
  const { failure, result } = details;
  const plugin = result?.plugin ?? standing?.plugin;
  const because = result?.because ?? standing?.because;
  const live = standing === undefined || standing.state === 'leased' ? 'queued' : standing.state;
  const texts = [failure === undefined ? undefined : `${failure.title}: ${failure.detail}`, row.note];
  const detail = texts.filter((text) => text !== undefined && text !== null).join(' ');
  return {
    source: row.name,
    state: row.outcome ?? live,
    ...(detail === '' ? {} : { detail }),
    ...(failure === undefined ? {} : { code: failure.code }),
    ...(failure?.hint === undefined ? {} : { hint: failure.hint }),
    task: row.key,
    version: row.version,
    ...(plugin === undefined || plugin === null ? {} : { plugin }),
    ...(because === undefined || because === null ? {} : { because }),
    ...(result?.projectName === undefined ? {} : { project: result.projectName }),
    ...(result?.projectId === undefined ? {} : { projectId: result.projectId }),
    ...(result?.link === undefined ? {} : { link: result.link }),
    ...(result === undefined ? {} : { counts: result.counts }),
    ...(result?.run === undefined ? {} : { ran: ranWords(result.run) }),
    ...(report === undefined ? {} : { report }),
    takenAt: new Date(row.takenAt).toISOString(),
    ...(row.endedAt === null ? {} : { endedAt: new Date(row.endedAt).toISOString() }),
  };
}

function ranWords({ image, digest, isolation, used = {} }: RunSummary): string {
  const { peakMemoryBytes, cpuMs } = used;
  const words = [
    `${image}${digest === undefined ? '' : ` ${digest}`} (${isolation})`,
    ...(peakMemoryBytes === undefined
      ? []
      : [`at most ${Math.ceil(peakMemoryBytes / 2 ** 20)} MiB of memory when looked at`]),
    ...(cpuMs === undefined ? [] : [`${(cpuMs / 1000).toFixed(1)} s of processor time`]),
  ];
  return words.join(', ');
}
