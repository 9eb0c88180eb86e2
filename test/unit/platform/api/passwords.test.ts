import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { createLoginCheck } from '../../../../src/platform/api/auth/login-check.ts';
import { createLoginLimit } from '../../../../src/platform/api/auth/login-limit.ts';
import { createPasswords } from '../../../../src/platform/api/auth/passwords.ts';

const passwords = createPasswords();

test('fits only what it was made of, each time with another salt', async () => {
  const [first, second] = [
    await passwords.encode('grüße an alle', 'ada'),
    await passwords.encode('grüße an alle', 'ada'),
  ];
  expect(first).not.toBe(second);
  expect(await passwords.matches(first, 'grüße an alle')).toBe(true);
  // The same letters, as another keyboard composes them.
  expect(await passwords.matches(first, 'grüße an alle'.normalize('NFD'))).toBe(true);
  expect(await passwords.matches(first, 'grüße an allen')).toBe(false);
  expect(await passwords.matches(first, '')).toBe(false);
  expect(await passwords.matches(first, `grüße an alle${' '.repeat(300)}`)).toBe(false);
}, 60_000);

test('nobody has a password that fits, nor has an entry that is broken', async () => {
  for (const stored of [undefined, null, '', 'scrypt$15$8$3$x$y', 'plain'])
    expect(await passwords.matches(stored, 'anything at all')).toBe(false);
}, 60_000);

test('refuses what is too short, too long, or the login', async () => {
  for (const password of ['1234567', 'x'.repeat(257), 'Ada.Lovelace'])
    await expect(passwords.encode(password, 'ada.lovelace')).rejects.toMatchObject({ code: 'SLY_USAGE' });
});

test('a crowd at once is refused instead of taking the memory', async () => {
  const { matches } = createPasswords({ mostWaiting: 3 });
  const answers = await Promise.allSettled([1, 2, 3, 4, 5].map(() => matches(undefined, 'anything')));
  const refused = answers.filter((one) => one.status === 'rejected');
  expect(refused.map((one) => one.reason)).toMatchObject([
    { code: 'SLY_TOO_MANY' },
    { code: 'SLY_TOO_MANY' },
  ]);
  expect(await matches(undefined, 'anything')).toBe(false);
}, 60_000);

test('every login that fails does the work of one that fits, and says the same', async () => {
  const asked: (string | null | undefined)[] = [];
  const check = createLoginCheck({
    accounts: {
      credentials: async (login) =>
        ({
          ada: { userId: 1, password: 'stored', disabled: false },
          off: { userId: 2, password: 'stored', disabled: true },
          bare: { userId: 3, password: null, disabled: false },
        })[login],
      noteLogin: async () => undefined,
    },
    passwords: {
      encode: async () => 'unused',
      async matches(stored, password) {
        asked.push(stored);
        return stored === 'stored' && password === 'right';
      },
    },
    limit: createLoginLimit({ clock: systemClock }),
    log: silentLogger(),
  });
  const said = new Set<unknown>();
  for (const [login, password] of [
    ['ada', 'wrong'],
    ['off', 'right'],
    ['bare', 'right'],
    ['nobody', 'right'],
  ] as const)
    said.add(await check({ login, password }, '10.0.0.1').catch((error: Error) => error.message));
  expect(said.size).toBe(1);
  expect(asked).toEqual(['stored', null, null, null]);
  expect(await check({ login: 'ada', password: 'right' }, '10.0.0.1')).toBe(1);
});
