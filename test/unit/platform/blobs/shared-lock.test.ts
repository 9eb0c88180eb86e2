import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSharedLock } from '../../../../src/platform/blobs/shared-lock.ts';

it('lets many in together, and one alone between them, in order', async () => {
  const lock = createSharedLock();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`+${name}`);
    await wait(10);
    log.push(`-${name}`);
  };
  await Promise.all([
    lock.shared(work('a')),
    lock.shared(work('b')),
    wait(1).then(() => lock.alone(work('X'))),
    wait(2).then(() => lock.shared(work('c'))),
    wait(3).then(() => lock.alone(work('Y'))),
    wait(30).then(() => lock.shared(work('d'))),
  ]);
  expect(log.slice(0, 2)).toEqual(['+a', '+b']);
  for (const alone of ['X', 'Y']) expect(log[log.indexOf(`+${alone}`) + 1]).toBe(`-${alone}`);
  expect(log).toHaveLength(12);
});

it('goes on after work that failed', async () => {
  const lock = createSharedLock();
  const fail = async () => {
    throw new Error('no');
  };
  await expect(lock.alone(fail)).rejects.toThrow('no');
  await expect(lock.shared(fail)).rejects.toThrow('no');
  expect(await lock.alone(async () => 1)).toBe(1);
});
