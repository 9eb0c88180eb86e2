import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { backoffDelay, retrying } from '../../../src/lib/backoff.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { SlyError, toFailureInfo } from '../../../src/lib/errors.ts';
import { createLimit } from '../../../src/lib/limit.ts';
import { readLines } from '../../../src/lib/lines.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { createLoop } from '../../../src/lib/loop.ts';
import { nearest } from '../../../src/lib/nearest.ts';
import { createReleaseStack } from '../../../src/lib/release-stack.ts';
import { isInside, joinInside } from '../../../src/lib/safe-path.ts';

describe('safe paths', () => {
  it.each(['../x', '/etc/passwd', 'a/../../x', 'a\0b', '..'])('refuses %j', (bad) => {
    expect(() => joinInside('/data/app', bad)).toThrow(/inside its folder/);
  });

  it('compares whole parts, not text prefixes', () => {
    expect(isInside('/data/app', '/data/app_config')).toBe(false);
    expect(isInside('/data/app', '/data/app/..config')).toBe(true);
    expect(joinInside('/data/app', 'a/b')).toBe('/data/app/a/b');
  });
});

describe('readLines', () => {
  async function lines(chunks: string[], max?: number) {
    const found = [];
    for await (const line of readLines(stream(chunks), max)) found.push(line);
    return found;
  }
  async function* stream(chunks: string[]) {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }

  it('joins lines over chunk borders and keeps the last one without newline', async () => {
    expect((await lines(['a', 'b\nc', '\r\n', 'd'])).map((line) => line.text)).toEqual(['ab', 'c', 'd']);
  });

  it('does not split a character that lies on a chunk border', async () => {
    const euro = Buffer.from('€\n');
    async function* cut() {
      yield euro.subarray(0, 1);
      yield euro.subarray(1);
    }
    for await (const line of readLines(cut())) expect(line.text).toBe('€');
  });

  it('cuts an endless line and goes on with the next', async () => {
    const found = await lines(['x'.repeat(50), 'y'.repeat(50), '\nnext\n'], 10);
    expect(found).toEqual([
      { text: 'x'.repeat(10), truncated: true },
      { text: 'next', truncated: false },
    ]);
  });
});

describe('retrying', () => {
  it('repeats retryable errors only, and not beyond the deadline', async () => {
    let calls = 0;
    const options = { clock: systemClock, deadlineMs: 200, baseMs: 1 };
    const value = await retrying(async () => {
      if (++calls < 3) throw new SlyError('SLY_PLATFORM_UNREACHABLE', { detail: 'away' });
      return 'here';
    }, options);
    expect([value, calls]).toEqual(['here', 3]);
    await expect(
      retrying(async () => {
        calls++;
        throw new SlyError('SLY_PLATFORM_REFUSED', { detail: 'no' });
      }, options),
    ).rejects.toThrow('no');
    expect(calls).toBe(4);
  });

  it('draws delays from the whole range below a growing bound', () => {
    expect(backoffDelay(3, { baseMs: 100, capMs: 10_000, random: () => 0.999 })).toBeCloseTo(799, 0);
    expect(backoffDelay(60, { baseMs: 100, capMs: 1000, random: () => 0.5 })).toBe(500);
  });
});

describe('createLimit', () => {
  it('never runs more than its size and starts in order', async () => {
    const limit = createLimit(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        limit(async () => {
          order.push(index);
          most = Math.max(most, ++running);
          await delay(1);
          running--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});

describe('createLoop', () => {
  it('survives a failing round, runs once more when notified, and stops', async () => {
    let rounds = 0;
    const loop = createLoop({
      name: 'test',
      intervalMs: 60_000,
      clock: systemClock,
      log: silentLogger(),
      round: async () => {
        rounds++;
        if (rounds === 1) throw new Error('first');
        await delay(5);
      },
    });
    loop.start();
    loop.start();
    await delay(5);
    loop.notify();
    await expect.poll(() => rounds).toBe(2);
    await Promise.all([loop.stop(), loop.stop()]);
    loop.notify();
    await delay(10);
    expect(rounds).toBe(2);
  });
});

describe('release stack', () => {
  it('releases last-in first-out, all of it, once, and says what failed', async () => {
    const stack = createReleaseStack();
    const order: string[] = [];
    stack.push('a', () => void order.push('a'));
    stack.push('b', () => {
      order.push('b');
      throw new Error('stuck');
    });
    stack.push('c', () => void order.push('c'));
    const [first, second] = await Promise.allSettled([stack.release(), stack.release()]);
    expect(order).toEqual(['c', 'b', 'a']);
    expect(first.status).toBe('rejected');
    expect(second.status).toBe('rejected');
  });
});

describe('errors', () => {
  it('keeps code, hint and file of the first typed error in a cause chain', () => {
    const inner = new SlyError('SLY_FORMAT_JSON', { detail: 'line 3', hint: 'fix it', file: 'a.json' });
    expect(toFailureInfo(new Error('outer', { cause: inner }))).toMatchObject({
      code: 'SLY_FORMAT_JSON',
      detail: 'line 3',
      hint: 'fix it',
      file: 'a.json',
      retryable: false,
    });
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    expect(toFailureInfo(full)).toMatchObject({ code: 'SLY_DISK_FULL', retryable: true });
  });

  it('suggests the nearest word only when it is near', () => {
    expect(nearest('platfrom_url', ['platform_url', 'token'])).toBe('platform_url');
    expect(nearest('zzzz', ['platform_url', 'token'])).toBeUndefined();
  });
});
