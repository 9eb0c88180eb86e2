/** `sly-agent user`, `token` and `register` as an operator types them, against a real platform. */
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/lib/version.ts';
import { COMPILED_SOURCES } from '../../support/compiled-sources.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { startTwoTeams, type TwoTeams } from '../../support/two-teams.ts';

let teams: TwoTeams;
let data: string;
beforeAll(async () => {
  teams = await startTwoTeams();
  data = path.dirname(path.dirname(teams.file));
}, 120_000);
afterAll(() => teams?.stop());

async function run(words: string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  const main = path.join(packageRoot(), 'src', 'main.ts');
  const env = { NODE_COMPILE_CACHE: COMPILED_SOURCES };
  const ended = await execa(process.execPath, [main, ...words], { input, env, reject: false });
  return { code: ended.exitCode ?? -1, out: ended.stdout, err: ended.stderr };
}
const here = (...words: string[]): string[] => [...words, '--data', data];

test('users are added, changed and let go', async () => {
  const added = await run(
    here('user', 'add', 'ada', '--team', 'own', '--role', 'manager', '--password-stdin'),
    'a long enough one\n',
  );
  expect(added).toMatchObject({ code: 0, out: 'ada can log in' });
  const login = { login: 'ada', password: 'a long enough one' };
  const headers = { 'content-type': 'application/json', 'x-sly-page': '1' };
  const ask = () => fetch(`${teams.url}/login`, { method: 'POST', headers, body: JSON.stringify(login) });
  expect((await ask()).status).toBe(200);
  expect((await run(here('user', 'role', 'ada', '--team', 'own', '--role', 'viewer'))).code).toBe(0);
  expect((await run(here('user', 'disable', 'ada'))).out).toBe('ada is disabled');
  expect((await ask()).status).toBe(401);
  const listed = (await run(here('user', 'list'))).out.split('\n').map((line) => JSON.parse(line) as object);
  expect(listed).toContainEqual(expect.objectContaining({ login: 'ada', disabled: true }));
  expect(await run(here('user', 'disable', 'admin'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('last admin'),
  });
  expect((await run(here('user', 'disable', 'nobody'))).err).toContain('user "nobody"');
  expect((await run(here('user', 'remove', 'ada'))).code).toBe(2);
  expect((await run(here('user', 'passwd', 'ada'))).err).toContain('--password-stdin');
}, 120_000);

test('a token is shown once, listed without its secret, and revoked', async () => {
  const { code, out: token } = await run(
    here('token', 'add', 'nightly', '--user', 'the-viewer', '--days', '3'),
  );
  expect([code, token]).toEqual([0, expect.stringMatching(/^[\w-]{43}$/)]);
  const me = () =>
    fetch(`${teams.url}/public/api/v3/users.me`, { method: 'POST', headers: { 'x-api-key': token } });
  expect((await me()).status).toBe(200);
  const { out } = await run(here('token', 'list', '--user', 'the-viewer'));
  expect(out).not.toContain(token);
  const rows = out.split('\n').map((line) => JSON.parse(line) as { id: number; name: string });
  const { id } = rows.find((one) => one.name === 'nightly')!;
  expect((await run(here('token', 'revoke', String(id)))).code).toBe(0);
  expect((await me()).status).toBe(401);
}, 120_000);

test('an agent is registered with a code, once', async () => {
  const { code } = await teams.admin<{ code: string }>('agents.codes.add');
  const folder = path.join(tempFolder('register'), 'data');
  const words = ['register', '--server', teams.url, '--code', code, '--name', 'field', '--data', folder];
  const done = await run(words);
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining('registered as field') });
  expect(done.out).not.toMatch(/[\w-]{43}/);
  expect(await run(words)).toMatchObject({ code: 1, err: expect.stringContaining('used before') });
  expect((await run(['register', '--server', teams.url, '--data', folder])).code).toBe(2);
}, 120_000);

test('without a platform here the operator is told where it was looked for', async () => {
  const nowhere = path.join(tempFolder('nowhere'), 'data');
  const { code, err } = await run(['user', 'list', '--data', nowhere]);
  expect(code).toBe(4);
  expect(err).toContain(path.join(nowhere, 'platform', 'address'));
}, 60_000);
