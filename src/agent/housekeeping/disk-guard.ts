/**
 * Watches the room on the disk of the data folder. Says why no task may start while it is short, and
 * that it goes on when there is room again.
 */
import { statfs } from 'node:fs/promises';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { createLoop } from '../../lib/loop.ts';

export interface DiskState {
  freeBytes: number;
  totalBytes: number;
  reserveBytes: number;
}

export interface DiskGuard {
  /** Looks once, then every `intervalMs`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  state(): DiskState;
  /** Why nothing may start now, or undefined. */
  refusal(): string | undefined;
}

export interface DiskGuardOptions {
  folder: string;
  reserveBytes: number;
  clock: Clock;
  log: Logger;
  intervalMs?: number;
}

const MB = 1024 * 1024;

export function createDiskGuard(options: DiskGuardOptions): DiskGuard {
  const { folder, reserveBytes, clock, log, intervalMs = 5_000 } = options;
  let state: DiskState = { freeBytes: 0, totalBytes: 0, reserveBytes };
  let low = false;

  async function look(): Promise<void> {
    const found = await statfs(folder);
    // What a service without root may really use, not what the file system keeps for root.
    state = {
      freeBytes: found.bavail * found.bsize,
      totalBytes: found.blocks * found.bsize,
      reserveBytes,
    };
    const noInodes = found.files > 0 && found.ffree < 1000;
    const isLow = state.freeBytes < reserveBytes || noInodes;
    if (isLow !== low) {
      low = isLow;
      if (low) log.warn({ ...state, freeInodes: found.ffree }, 'the disk is short of room: no task starts');
      else log.info({ ...state }, 'there is room on the disk again: tasks start');
    }
  }

  const loop = createLoop({ name: 'disk guard', intervalMs, round: look, clock, log });
  return {
    async start() {
      await look();
      loop.start();
    },
    stop: () => loop.stop(),
    state: () => state,
    refusal() {
      if (!low) return undefined;
      const free = Math.round(state.freeBytes / MB);
      return `the disk is short of room: ${free} MB free, ${Math.round(reserveBytes / MB)} MB are kept free`;
    },
  };
}
