import { readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { createAuth } from '../../../../src/platform/api/auth/auth.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

/** `fetch` sets Host itself; this does not. */
function ask(url: string, headers: Record<string, string>, method = 'POST'): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.url}${url}`, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end(method === 'POST' ? '{}' : undefined);
  });
}

async function logIn(): Promise<string> {
  const response = await fetch(`${server.url}/login?code=${await server.auth.newLoginCode()}`, {
    redirect: 'manual',
  });
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe('/');
  const cookie = response.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^sly_session_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
  return cookie.slice(0, cookie.indexOf(';'));
}

const json = { 'content-type': 'application/json' };
const ME = '/public/api/v3/users.me';

describe('calls', () => {
  test('a token, and nothing less', async () => {
    expect(await ask(ME, { ...json, 'x-api-key': server.token })).toBe(200);
    expect(await ask(ME, json)).toBe(401);
    expect(await ask(ME, { ...json, 'x-api-key': '' })).toBe(401);
    expect(await ask(ME, { ...json, 'x-api-key': `${server.token}x` })).toBe(401);
    expect(await ask(ME, { ...json, 'x-api-key': server.token.toLowerCase() })).toBe(401);
  });

  test('a login code is no token, a session is no token, a token is no session', async () => {
    const code = await server.auth.newLoginCode();
    const cookie = await logIn();
    const [name, session = ''] = cookie.split('=');
    expect(await ask(ME, { ...json, 'x-api-key': code })).toBe(401);
    expect(await ask(ME, { ...json, 'x-api-key': session })).toBe(401);
    expect(await ask(ME, { ...json, 'x-sly-page': '1', cookie: `${name}=${server.token}` })).toBe(401);
  });

  test('a cookie needs the header of the page and its origin', async () => {
    const cookie = await logIn();
    const page = { ...json, cookie, 'x-sly-page': '1' };
    expect(await ask(ME, page)).toBe(200);
    expect(await ask(ME, { ...page, origin: server.url, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await ask(ME, { ...json, cookie })).toBe(403);
    expect(await ask(ME, { ...page, origin: 'http://evil.example' })).toBe(403);
    expect(await ask(ME, { ...page, origin: 'null' })).toBe(403);
    expect(await ask(ME, { ...page, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await ask(ME, { ...page, 'sec-fetch-site': 'same-site' })).toBe(403);
  });

  test('a foreign name for this machine is refused, whoever asks', async () => {
    const cookie = await logIn();
    for (const url of [ME, '/healthz', '/', '/login?code=x', '/events']) {
      const method = url === ME ? 'POST' : 'GET';
      const headers = { 'x-api-key': server.token, cookie, 'x-sly-page': '1', host: 'evil.example' };
      expect(await ask(url, headers, method)).toBe(403);
    }
  });

  test('logging out ends the session', async () => {
    const cookie = await logIn();
    const page = { ...json, cookie, 'x-sly-page': '1' };
    expect(await ask('/logout', { cookie }, 'POST')).toBe(403);
    expect(await ask('/logout', page)).toBe(200);
    expect(await ask(ME, page)).toBe(401);
  });
});

describe('the event stream and files', () => {
  test('the stream is for the page itself', async () => {
    const cookie = await logIn();
    expect(await ask('/events', {}, 'GET')).toBe(401);
    expect(await ask('/events', { cookie, origin: 'http://evil.example' }, 'GET')).toBe(403);
    expect(await ask('/events', { cookie, 'sec-fetch-site': 'cross-site' }, 'GET')).toBe(403);
    expect(await ask('/events', { cookie, 'sec-fetch-site': 'none' }, 'GET')).toBe(403);
  });

  test('bytes need a session or a token; 404 only for who may know', async () => {
    const cookie = await logIn();
    for (const url of ['/files/images/999', '/archives/999/a.tar']) {
      expect(await ask(url, {}, 'GET')).toBe(401);
      expect(await ask(url, { cookie, 'sec-fetch-site': 'cross-site' }, 'GET')).toBe(403);
      expect(await ask(url, { cookie, 'sec-fetch-site': 'same-origin' }, 'GET')).toBe(404);
      expect(await ask(url, { cookie, 'sec-fetch-site': 'none' }, 'GET')).toBe(404);
      expect(await ask(url, { 'x-api-key': server.token }, 'GET')).toBe(404);
    }
  });
});

describe('login', () => {
  test('a code works once', async () => {
    const code = await server.auth.newLoginCode();
    const answers = await Promise.all(
      [1, 2, 3].map(() => fetch(`${server.url}/login?code=${code}`, { redirect: 'manual' })),
    );
    expect(answers.filter((one) => one.headers.has('set-cookie'))).toHaveLength(1);
    expect(answers.map((one) => one.headers.get('location')).sort()).toEqual([
      '/',
      '/?login=refused',
      '/?login=refused',
    ]);
    expect(answers[0]?.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('an old code does not work', async () => {
    let now = 1_000_000;
    const auth = await createAuth({
      stores: server.stores,
      clock: { ...systemClock, now: () => now },
      log: silentLogger(),
    });
    const [early, late] = [await auth.newLoginCode(), await auth.newLoginCode()];
    now += 14 * 60_000;
    await auth.login(early, '10.0.0.1');
    now += 2 * 60_000;
    await expect(auth.login(late, '10.0.0.1')).rejects.toThrow(/15 minutes/);
  });

  test('after ten wrong codes an address has to wait, others need not', async () => {
    let now = 1_000_000;
    const auth = await createAuth({
      stores: server.stores,
      clock: { ...systemClock, now: () => now },
      log: silentLogger(),
    });
    for (let at = 0; at < 10; at++)
      await expect(auth.login(`wrong-code-number-${at}`, '10.0.0.1')).rejects.toThrow(/wrong/);
    const good = await auth.newLoginCode();
    await expect(auth.login(good, '10.0.0.1')).rejects.toMatchObject({ code: 'SLY_TOO_MANY' });
    await expect(auth.login(good, '10.0.0.2')).resolves.toMatchObject({ session: expect.any(String) });
    now += 16 * 60_000;
    await expect(auth.login(await auth.newLoginCode(), '10.0.0.1')).resolves.toBeDefined();
  });
});

test('the admin token: made once, for the owner alone, known again after a restart and with a new database', async () => {
  const file = path.join(tempFolder('token'), 'platform', 'admin-token');
  const token = await server.auth.ensureAdminToken(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8').trim()).toBe(token);
  expect(await server.auth.ensureAdminToken(file)).toBe(token);
  const other = await startApiServer();
  try {
    await other.auth.ensureAdminToken(file);
    const answer = await fetch(`${other.url}${ME}`, { method: 'POST', headers: { 'x-api-key': token } });
    expect(answer.status).toBe(200);
  } finally {
    await other.stop();
  }
  writeFileSync(file, 'no\n');
  await expect(server.auth.ensureAdminToken(file)).rejects.toThrow(/does not hold a token/);
});
