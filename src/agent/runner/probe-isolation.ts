/**
 * Proves the isolation instead of claiming it: runs the plugin host's `probe` action with the options every plugin
 * gets, and judges what it found from inside.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newKey } from '../../lib/ids.ts';
import type { ProbeReport } from '../../protocol/probe.ts';
import type { Runner, RunSpec } from '../ports/runner.ts';
import { type IsolationCheck, judgeProbe } from './judge-probe.ts';

export interface ProbeOptions {
  /** Where its folders are made for a moment; must be on a mount the engine sees. Default: the system's temp folder. */
  folder?: string;
  /** What starts the probe. Default: the plugin host's own action. */
  args?: readonly string[];
  mounts?: RunSpec['mounts'];
}

const MB = 2 ** 20;
const PROBE_MS = 60_000;
const LIMITS: RunSpec['limits'] = {
  memoryBytes: 256 * MB,
  cpus: 1,
  pids: 64,
  tmpBytes: 16 * MB,
  fileBytes: 64 * MB,
  outputBytes: 64 * MB,
  wallMs: PROBE_MS,
  idleMs: PROBE_MS,
};

export async function probeIsolation(
  runner: Runner,
  image: string,
  options: ProbeOptions = {},
): Promise<IsolationCheck[]> {
  const folder = mkdtempSync(path.join(options.folder ?? tmpdir(), 'sly-probe-'));
  const runId = `probe.${newKey()}`;
  try {
    const [data, results] = ['data', 'results'].map((name) => path.join(folder, name)) as [string, string];
    for (const made of [data, results]) mkdirSync(made);
    chmodSync(data, 0o755);
    const run = await runner.start({
      runId,
      taskKey: 'probe',
      attempt: 1,
      plugin: 'probe',
      image,
      args: options.args ?? ['probe'],
      mounts: [
        ...(options.mounts ?? []),
        { source: data, target: '/sly_task_data/data', readOnly: true },
        { source: results, target: '/sly_task_data/results', readOnly: false },
      ],
      outputFolder: results,
      env: { SLY_TASK_DIR: '/sly_task_data' },
      limits: LIMITS,
      gpu: false,
    });
    const said: string[] = [];
    let report: ProbeReport | undefined;
    for await (const { text } of run.output) {
      report ??= readReport(text);
      if (said.length < 5) said.push(text);
    }
    const exit = await run.exit;
    if (report !== undefined) return judgeProbe(report, runner.isolation, LIMITS);
    const words = said.length === 0 ? 'it said nothing' : said.join(' / ');
    return [{ name: 'isolation', state: 'failed', detail: `the probe ended with ${exit.detail}: ${words}` }];
  } finally {
    await runner.remove(runId);
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(text: string): ProbeReport | undefined {
  if (!text.startsWith('{"probe":')) return undefined;
  try {
    return (JSON.parse(text) as { probe: ProbeReport }).probe;
  } catch {
    return undefined;
  }
}
