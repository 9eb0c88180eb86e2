/**
 * Keeps what is known of the machine at hand, so that a heartbeat costs nothing: file systems and cards are read
 * twice a minute, the folder is counted now and then, never two at once.
 */

import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, loadavg, tmpdir, totalmem } from 'node:os';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { createLoop } from '../../lib/loop.ts';
import type { FileSystem, GpuState, Machine, Space } from '../../protocol/machine.ts';
import type { Isolation, LimitPolicy } from '../ports/runner.ts';
import { fileSystemsOf } from './file-systems.ts';
import { createGpuReader, type GpuReader } from './gpu.ts';
import { isolationFacts } from './isolation-facts.ts';
import { countSpace } from './space.ts';

export interface MachineWatch {
  /** The first look goes on by itself. */
  start(): void;
  stop(): Promise<void>;
  /** Counts the folder anew soon: much of it was removed. */
  countAgain(): void;
  state(): Machine;
}

interface MachineWatchOptions {
  folders: { agent: string; upload: string };
  isolation: Isolation;
  limits: LimitPolicy;
  /** Images of plugins at the engine; absent where there is none. */
  images?: () => Promise<readonly { bytes: number }[]>;
  /** Of the last heartbeat that was answered. */
  clockOf(): { skewMs: number; roundTripMs: number } | undefined;
  clock: Clock;
  log: Logger;
  gpus?: GpuReader;
  intervalMs?: number;
  countMs?: number;
}

const INTERVAL_MS = 30_000;
const COUNT_MS = 15 * 60_000;
/** Nobody plugs a card in while the agent runs; a driver may be installed. */
const NO_GPU_ROUNDS = 20;

export function createMachineWatch(options: MachineWatchOptions): MachineWatch {
  const { folders, isolation, clock, log, intervalMs = INTERVAL_MS, countMs = COUNT_MS } = options;
  const reader = options.gpus ?? createGpuReader();
  const facts = isolationFacts(isolation, options.limits);
  let at = clock.now();
  let fileSystems: FileSystem[] = [];
  let gpus: GpuState = { state: 'unknown', detail: 'not looked at yet', cards: [] };
  let memory = { availableBytes: freemem(), totalBytes: totalmem() };
  let space: Space | undefined;
  let nextCountAt = 0;
  let gpuRounds = 0;

  const look = createLoop({
    name: 'machine',
    intervalMs,
    clock,
    log,
    async round() {
      fileSystems = await fileSystemsOf([
        ['data', folders.agent],
        ['upload', folders.upload],
        ['temp', tmpdir()],
      ]);
      memory = { availableBytes: await availableMemory(), totalBytes: totalmem() };
      if (gpus.state !== 'none' || gpuRounds++ % NO_GPU_ROUNDS === 0) gpus = await reader.read();
      at = clock.now();
    },
  });

  const count = createLoop({
    name: 'space',
    intervalMs,
    clock,
    log,
    async round(signal) {
      if (clock.now() < nextCountAt) return;
      const counted = await countSpace(folders.agent, { signal, now: clock.now() });
      space = { ...counted, classes: [...counted.classes, ...(await countImages())] };
      nextCountAt = clock.now() + countMs;
    },
  });

  /** An engine that does not answer now is asked again with the next count. */
  async function countImages(): Promise<Space['classes']> {
    if (options.images === undefined) return [];
    try {
      const images = await options.images();
      const bytes = images.reduce((sum, one) => sum + one.bytes, 0);
      return [{ class: 'images', files: images.length, bytes }];
    } catch (error) {
      log.debug({ err: error }, 'the images of plugins could not be counted');
      return [];
    }
  }

  return {
    start() {
      look.start();
      count.start();
    },
    stop: async () => void (await Promise.all([look.stop(), count.stop()])),
    countAgain() {
      nextCountAt = 0;
      count.notify();
    },
    state() {
      const time = options.clockOf();
      return {
        at: new Date(at).toISOString(),
        cpus: availableParallelism(),
        load: loadavg(),
        memory,
        fileSystems,
        ...(space === undefined ? {} : { space }),
        gpus,
        ...(time === undefined ? {} : { clock: time }),
        isolation: {
          kind: isolation.kind,
          ...(isolation.engine === undefined
            ? {}
            : { engine: { ...isolation.engine, missing: [...isolation.engine.missing] } }),
          facts,
        },
      };
    },
  };
}

/** What programs can still have, page cache included; where the kernel does not say it, what is free. */
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kb = Number(/^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN);
  return Number.isNaN(kb) ? freemem() : kb * 1024;
}
