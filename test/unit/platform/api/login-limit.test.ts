import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { createLoginLimit } from '../../../../src/platform/api/auth/login-limit.ts';

function limitAt(start = 1_000_000) {
  let now = start;
  const limit = createLoginLimit({ clock: { ...systemClock, now: () => now } });
  function pass(ms: number): void {
    now += ms;
  }
  const tries = (count: number, who: (at: number) => { remote: string; account?: string }): number => {
    let refused = 0;
    for (let at = 0; at < count; at++) {
      try {
        limit.begin(who(at));
      } catch {
        refused++;
      }
    }
    return refused;
  };
  return { limit, pass, tries };
}

test('tries at once count before they are decided', () => {
  const { tries } = limitAt();
  expect(tries(1000, () => ({ remote: '10.0.0.1' }))).toBe(990);
});

test('an account is guarded against many addresses, and others are not locked out with it', () => {
  const { limit, tries } = limitAt();
  expect(
    tries(500, (at) => ({ remote: `10.0.${at >> 8}.${at & 255}`, account: at % 2 ? 'Ada' : 'ada' })),
  ).toBe(480);
  expect(() => limit.begin({ remote: '10.9.9.9', account: 'ada' })).toThrow(/too many/);
  expect(() => limit.begin({ remote: '10.9.9.9', account: 'bob' })).not.toThrow();
});

test('a success is taken back; failures are forgotten one after the other', () => {
  const { limit, pass, tries } = limitAt();
  for (let at = 0; at < 50; at++) limit.begin({ remote: 'a', account: 'x' }).succeeded();
  expect(tries(11, () => ({ remote: 'a' }))).toBe(1);
  pass(90_000);
  expect(tries(2, () => ({ remote: 'a' }))).toBe(1);
  pass(3600_000);
  expect(tries(10, () => ({ remote: 'a' }))).toBe(0);
});

test('one network of IPv6 is one remote, however it is written; IPv4 inside of it is IPv4', () => {
  const { tries } = limitAt();
  expect(tries(11, (at) => ({ remote: `2001:db8:0:1::${at.toString(16)}` }))).toBe(1);
  expect(tries(1, () => ({ remote: '2001:db8::1:0:0:0:1' }))).toBe(1);
  expect(tries(1, () => ({ remote: '2001:db8:0:2::1' }))).toBe(0);
  expect(tries(11, (at) => ({ remote: at % 2 ? '::ffff:10.0.0.7' : '10.0.0.7' }))).toBe(1);
});

test('holds a bounded number of counts', () => {
  const { tries } = limitAt();
  expect(tries(10, () => ({ remote: 'early' }))).toBe(0);
  tries(10_000, (at) => ({ remote: `r${at}` }));
  expect(tries(1, () => ({ remote: 'early' }))).toBe(0);
});
