/** Faults that use up something: output, disk, memory, processes, time. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';

const MB = 1 << 20;

export async function flood(lines: number, bytes: number): Promise<void> {
  for (let index = 0; index < lines; index++) {
    const line = `flood ${index} `.padEnd(bytes, 'x');
    if (!process.stdout.write(`${line}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

export async function fillDisk(ctx: ImportContext, bytes: number): Promise<void> {
  const piece = Buffer.alloc(MB, 'x');
  for (let left = bytes; left > 0; left -= MB) {
    const { absolute } = ctx.project.resultFile('fill.bin');
    writeFileSync(absolute, piece.subarray(0, Math.min(MB, left)));
    ctx.progress('Filling the disk', bytes - left, bytes);
    await delay(1, undefined, { signal: ctx.signal });
  }
}

export async function eatMemory(megabytes: number, ctx: ImportContext): Promise<void> {
  const eaten: Buffer[] = [];
  for (let index = 0; index < megabytes; index++) {
    eaten.push(Buffer.alloc(MB, index % 255));
    if (index % 16 === 0) await delay(1, undefined, { signal: ctx.signal });
  }
  if (megabytes > 0) ctx.log('info', `${eaten.length} MB are in use`);
}

/** Says how many it got: a limit of processes or a sandbox without child processes gives fewer. */
export async function spawnMany(count: number, ctx: ImportContext): Promise<void> {
  const running: ReturnType<typeof spawn>[] = [];
  const failures = new Map<string, number>();
  const refused = (error: unknown): void => {
    const code = (error as { code?: string }).code ?? String(error);
    failures.set(code, (failures.get(code) ?? 0) + 1);
  };
  for (let index = 0; index < count; index++) {
    try {
      const child = spawn('sleep', ['60'], { stdio: 'ignore' });
      child.once('error', refused);
      running.push(child);
    } catch (error) {
      refused(error);
    }
  }
  await delay(count > 0 ? 500 : 0);
  if (count > 0) {
    const alive = running.filter((child) => child.pid !== undefined && child.exitCode === null).length;
    ctx.log('info', `${alive} of ${count} processes run`, { refused: Object.fromEntries(failures) });
  }
  for (const child of running) child.kill('SIGKILL');
}

export async function wait(
  ctx: ImportContext,
  ms: number,
  { spin, silent }: { spin: boolean; silent: boolean },
): Promise<void> {
  const until = performance.now() + ms;
  const deaf = ctx.options.ignoreTerm === true;
  for (let left = ms; left > 0; left = until - performance.now()) {
    if (!silent) ctx.log('info', `${Math.ceil(left / 1000)} s left`);
    const slice = Math.min(left, 1000);
    if (spin) for (const end = performance.now() + slice; performance.now() < end; );
    else await delay(slice, undefined, deaf ? {} : { signal: ctx.signal });
  }
}
