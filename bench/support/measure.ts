/** What every benchmark needs: medians, memory of a process, a fresh folder, one line of JSON at the end. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { arch, availableParallelism, platform, tmpdir } from 'node:os';
import path from 'node:path';

export function median(values: readonly number[]): number {
  const order = [...values].sort((a, b) => a - b);
  const middle = Math.floor(order.length / 2);
  const upper = order[middle] ?? Number.NaN;
  return order.length % 2 === 1 ? upper : ((order[middle - 1] ?? upper) + upper) / 2;
}

/** Resident memory of a process in bytes, from /proc: now, and the highest ever. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

export function freshFolder(name: string): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(process.env.SLY_BENCH_FOLDER ?? tmpdir(), `sly-bench-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function timed<T>(work: () => Promise<T> | T): Promise<{ seconds: number; value: T }> {
  const started = process.hrtime.bigint();
  const value = await work();
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, value };
}

export function shell(command: string): void {
  const ran = spawnSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (ran.status !== 0) throw new Error(`failed: ${command}`);
}

export function say(bench: string, figures: Record<string, unknown>): void {
  const machine = `${platform()} ${arch()}, ${availableParallelism()} cores, node ${process.versions.node}`;
  process.stdout.write(`${JSON.stringify({ bench, machine, ...figures })}\n`);
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
export const mb = (bytes: number): number => Math.round(bytes / 1e6);
