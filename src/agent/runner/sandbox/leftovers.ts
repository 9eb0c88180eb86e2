/**
 * Runs of an earlier process of this agent that may still be there: it was killed before it could end them. A run
 * carries a marker in its command line, so it is found without any record, and never mistaken for another process.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../../../lib/clock.ts';

const PREFIX = 'sly-run';

export function runMarker(agentId: string, runId: string): string {
  return `${PREFIX}:${agentId}:${runId}`;
}

/** Short, fit for a file name, and the same in every process of this agent. */
export function runName(agentId: string, runId: string): string {
  const hash = (text: string, length: number): string =>
    createHash('sha256').update(text).digest('hex').slice(0, length);
  return `${hash(agentId, 8)}-${hash(runId, 16)}`;
}

export interface Leftover {
  pid: number;
  runId: string;
}

export function findLeftovers(agentId: string, proc = '/proc'): Leftover[] {
  const start = `${PREFIX}:${agentId}:`;
  return processes(proc).flatMap((pid) => {
    const marker = markerOf(commandLine(proc, pid));
    return marker?.startsWith(start) === true ? [{ pid, runId: marker.slice(start.length) }] : [];
  });
}

/** Ends them and waits until they are gone; nothing else may write to their folders then. */
export async function endLeftovers(agentId: string, runId: string, clock: Clock): Promise<void> {
  for (;;) {
    const found = findLeftovers(agentId).filter((one) => one.runId === runId);
    if (found.length === 0) return;
    for (const { pid } of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile, or another user's: asked again below, and it is not ours to end then.
      }
    }
    await clock.sleep(20);
  }
}

/** The marker stands where only we put it: as bubblewrap's variable, or as the title of a Node process. */
function markerOf(args: readonly string[]): string | undefined {
  const variable = args.indexOf('SLY_RUN');
  if (variable > 0 && args[variable - 1] === '--setenv') return args[variable + 1];
  const first = args[0] ?? '';
  if (first.startsWith(`${PREFIX}:`)) return first.trim();
  return args.find((arg) => arg.startsWith('--title='))?.slice('--title='.length);
}

function processes(proc: string): number[] {
  try {
    return readdirSync(proc).map(Number).filter(Number.isInteger);
  } catch {
    // No /proc: not Linux, where a killed agent's children cannot be found this way.
    return [];
  }
}

function commandLine(proc: string, pid: number): string[] {
  try {
    return readFileSync(`${proc}/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
