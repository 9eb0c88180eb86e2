/** People get in, are let go, and get no further than they may; their tokens too. */
import { readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PlatformApi, platformApi } from '../../../support/platform-api.ts';
import { startTwoTeams, type TwoTeams } from '../../../support/two-teams.ts';

const PASSWORD = 'correct horse battery';

let teams: TwoTeams;
let adaId: number;
beforeAll(async () => {
  teams = await startTwoTeams();
  const ada = { login: 'ada', password: PASSWORD, teamId: teams.own.teams, teamRole: 'manager' };
  adaId = (await teams.admin<{ id: number }>('users.add', ada)).id;
}, 120_000);
afterAll(() => teams?.stop());

const page = { 'content-type': 'application/json', 'x-sly-page': '1' };

function logIn(login: string, password: string, headers: Record<string, string> = page): Promise<Response> {
  return fetch(`${teams.url}/login`, { method: 'POST', headers, body: JSON.stringify({ login, password }) });
}

async function session(login = 'ada', password = PASSWORD): Promise<string> {
  const response = await logIn(login, password);
  expect(response.status).toBe(200);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

async function call(method: string, headers: Record<string, string>, body: object = {}) {
  const response = await fetch(`${teams.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { ...page, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('login by password', () => {
  test('makes a session with the roles of the person', async () => {
    const me = await call('users.me', { cookie: await session() });
    expect(me).toMatchObject({ status: 200, body: { login: 'ada', isAdmin: false } });
    expect(me.body.teams).toEqual([{ id: teams.own.teams, name: 'own', role: 'manager' }]);
    expect(JSON.stringify(me.body)).not.toContain('scrypt');
  });

  test('whatever is wrong, the answer is the same', async () => {
    await teams.admin('users.add', { login: 'off', password: PASSWORD });
    const { entities } = await teams.admin<{ entities: { id: number }[] }>('users.list', {
      filter: [{ field: 'login', value: 'off' }],
    });
    await teams.admin('users.disable', { id: entities[0]!.id });
    const answers = [];
    for (const [login, password] of [
      ['ada', 'wrong password'],
      ['nobody', PASSWORD],
      ['off', PASSWORD],
      ['admin', PASSWORD],
    ] as const) {
      const response = await logIn(login, password);
      answers.push({
        status: response.status,
        text: await response.text(),
        cookie: response.headers.get('set-cookie'),
      });
    }
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, cookie: null });
  });

  test('is for the page itself: no other site logs its visitor in', async () => {
    const json = { 'content-type': 'application/json' };
    expect((await logIn('ada', PASSWORD, json)).status).toBe(403);
    expect((await logIn('ada', PASSWORD, { ...page, origin: 'http://evil.example' })).status).toBe(403);
    expect((await logIn('ada', PASSWORD, { ...page, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-sly-page': '1' };
    expect((await logIn('ada', PASSWORD, form)).status).toBe(415);
  });

  test('never takes over a session that was there before, and ends it', async () => {
    const before = await session();
    const name = before.slice(0, before.indexOf('='));
    const planted = `${name}=${'A'.repeat(43)}`;
    const response = await logIn('ada', PASSWORD, { ...page, cookie: planted });
    expect(response.headers.get('set-cookie')).not.toContain('A'.repeat(43));
    expect((await call('users.me', { cookie: planted })).status).toBe(401);
    const again = await logIn('ada', PASSWORD, { ...page, cookie: before });
    expect(again.status).toBe(200);
    expect((await call('users.me', { cookie: before })).status).toBe(401);
  });

  test('a token and a cookie together: the token counts, and a bad one is not made up for', async () => {
    const cookie = await session();
    expect((await call('users.me', { cookie, 'x-api-key': 'x'.repeat(43) })).status).toBe(401);
    const both = await call('users.me', { cookie, 'x-api-key': teams.members.viewer });
    expect(both.body).toMatchObject({ login: 'the-viewer' });
  });
});

describe('a password', () => {
  test('is changed by who knows it, which ends the other sessions', async () => {
    const [kept, other] = [await session(), await session()];
    const change = { id: adaId, password: 'another long one' };
    expect((await call('users.editInfo', { cookie: kept }, change)).status).toBe(400);
    const wrong = { ...change, currentPassword: 'not it at all' };
    expect((await call('users.editInfo', { cookie: kept }, wrong)).status).toBe(400);
    const right = { ...change, currentPassword: PASSWORD };
    expect((await call('users.editInfo', { cookie: kept }, right)).status).toBe(200);
    expect((await call('users.me', { cookie: kept })).status).toBe(200);
    expect((await call('users.me', { cookie: other })).status).toBe(401);
    await teams.admin('users.editInfo', { id: adaId, password: PASSWORD });
    expect((await call('users.me', { cookie: kept })).status).toBe(401);
  });

  test('too short, too long, or the login itself is refused', async () => {
    for (const password of ['short', 'x'.repeat(257), 'longlogin'])
      await expect(teams.admin('users.add', { login: 'longlogin', password })).rejects.toThrow(/ 400 /);
  });

  test('is nowhere in the file, nor is any token', async () => {
    const db = new Sqlite(teams.file, { readonly: true });
    const row = db.prepare("SELECT password FROM users WHERE login = 'ada'").get() as { password: string };
    db.close();
    expect(row.password).toMatch(/^scrypt\$15\$8\$3\$/);
    const bytes =
      readFileSync(teams.file).toString('latin1') + readFileSync(`${teams.file}-wal`).toString('latin1');
    for (const secret of [PASSWORD, teams.adminToken, teams.members.admin])
      expect(bytes).not.toContain(secret);
  });
});

describe('users', () => {
  test('one without an admin right changes only itself, and never its role', async () => {
    const cookie = await session();
    const admin = await call('users.editInfo', { cookie }, { id: 1, name: 'Eve' });
    expect(admin.status).toBe(403);
    expect((await call('users.editInfo', { cookie }, { id: adaId, role: 'admin' })).status).toBe(403);
    expect((await call('users.editInfo', { cookie }, { id: adaId, name: 'Ada L.' })).body).toMatchObject({
      name: 'Ada L.',
    });
  });

  test('the last admin of the instance can neither be disabled nor demoted', async () => {
    await expect(teams.admin('users.disable', { id: 1 })).rejects.toThrow(/last admin/);
    await expect(teams.admin('users.editInfo', { id: 1, role: 'user' })).rejects.toThrow(/last admin/);
    expect((await teams.admin<{ login: string }>('users.me')).login).toBe('admin');
  });

  test('logins that differ by case are the same', async () => {
    await expect(teams.admin('users.add', { login: 'ADA' })).rejects.toThrow(/NONUNIQUE/);
    expect((await logIn('ADA', PASSWORD)).status).toBe(200);
  });

  test('disabling ends everything at once', async () => {
    const { id } = await teams.admin<{ id: number }>('users.add', { login: 'gone', password: PASSWORD });
    await teams.admin('members.add', { id, teamId: teams.own.teams, role: 'viewer' });
    const { token } = await teams.admin<{ token: string }>('tokens.add', { name: 't', userId: id });
    const cookie = await session('gone');
    await teams.admin('users.disable', { id });
    expect((await call('users.me', { cookie })).status).toBe(401);
    expect((await call('users.me', { 'x-api-key': token })).status).toBe(401);
    await teams.admin('users.enable', { id });
    expect((await call('users.me', { cookie })).status).toBe(401);
    expect((await call('users.me', { 'x-api-key': token })).status).toBe(200);
  });

  test('people of other teams are not there', async () => {
    const outsider = platformApi(teams.url, teams.outsider);
    const { entities } = await outsider<{ entities: { login: string }[] }>('users.list');
    expect(entities.map((one) => one.login)).toEqual(['admin', 'outsider']);
    await expect(outsider('users.info', { id: adaId })).rejects.toThrow(/404/);
  });
});

describe('API tokens', () => {
  test('a narrow one can do no more than it says, in any team', async () => {
    const { token } = await teams.admin<{ token: string }>('tokens.add', { name: 'reader', role: 'viewer' });
    const reader = platformApi(teams.url, token);
    await expect(reader('projects.info', { id: teams.own.projects })).resolves.toMatchObject({
      name: 'street',
    });
    await expect(reader('projects.editInfo', { id: teams.own.projects, name: 'x' })).rejects.toThrow(
      /403.*manager/,
    );
    await expect(reader('users.add', { login: 'eve' })).rejects.toThrow(/403/);
    await expect(reader('tokens.add', { name: 'wide' })).rejects.toThrow(/403/);
  });

  test('are made by a person on the page; a token makes no tokens', async () => {
    const manager = platformApi(teams.url, teams.members.manager);
    await expect(manager('tokens.add', { name: 'more' })).rejects.toThrow(/403/);
    const made = await call('tokens.add', { cookie: await session() }, { name: 'own' });
    expect(made.status).toBe(200);
    const forOther = await call('tokens.add', { cookie: await session() }, { name: 'x', userId: 1 });
    expect(forOther.status).toBe(403);
    const list = await call('tokens.list', { cookie: await session() });
    expect(list.body).toMatchObject({ total: 1 });
    expect(JSON.stringify(list.body)).not.toContain(String(made.body.token));
    expect((await call('tokens.remove', { cookie: await session() }, { id: 1 })).status).toBe(404);
  });

  test('when one was last used is written down, not at every request', async () => {
    const { id, token } = await teams.admin<{ id: number; token: string }>('tokens.add', { name: 'used' });
    const times = new Set<unknown>();
    for (let at = 0; at < 5; at++) {
      await call('users.me', { 'x-api-key': token });
      const filter = [{ field: 'id', value: id }];
      const { entities } = await teams.admin<{ entities: { lastUsedAt: string | null }[] }>('tokens.list', {
        filter,
      });
      times.add(entities[0]?.lastUsedAt);
    }
    expect(times.size).toBe(1);
    expect([...times][0]).toMatch(/Z$/);
  });

  test('POST /api/account gives one for login and password, as the SDK reads it', async () => {
    expect((await fetch(`${teams.url}/`)).status).toBe(200);
    const ask = (password: string): Promise<Response> =>
      fetch(`${teams.url}/api/account`, {
        method: 'POST',
        body: new URLSearchParams({ login: 'ada', password }),
      });
    const response = await ask(PASSWORD);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([200, null]);
    const { token } = (await response.json()) as { token: string };
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      apiToken: string;
    };
    expect(payload).toMatchObject({
      login: 'ada',
      group: { id: teams.own.teams },
      workspace: { name: 'main' },
    });
    const api: PlatformApi = platformApi(teams.url, payload.apiToken);
    await expect(api('projects.info', { id: teams.own.projects })).resolves.toBeDefined();
    expect((await ask('wrong password')).status).toBe(401);
  });
});

test('lists show what the caller may see, and nothing else', async () => {
  const outsider = platformApi(teams.url, teams.outsider);
  const viewer = platformApi(teams.url, teams.members.viewer);
  for (const method of [
    'projects.list',
    'projects.list.all',
    'workspaces.list',
    'teams.list',
    'tasks.list',
    'agents.list',
  ]) {
    const mine = await viewer<{ total: number }>(method);
    const theirs = await outsider<{ total: number; entities: { id: number }[] }>(method);
    expect([method, mine.total]).toEqual([method, method === 'workspaces.list' ? 2 : 1]);
    const own = method === 'teams.list' || method === 'workspaces.list' ? 1 : 0;
    expect([method, theirs.total]).toEqual([method, own]);
  }
  const recent = await outsider<{ entities: unknown[] }>('tasks.recent');
  expect(recent.entities).toEqual([]);
  const filter = [{ field: 'id', operator: '=', value: teams.own.projects }];
  expect((await outsider<{ total: number }>('projects.list', { filter })).total).toBe(0);
});

test('without a workspace an import goes to a team of the caller, never to another', async () => {
  const outsider = platformApi(teams.url, teams.outsider);
  const { agentId } = await outsider<{ agentId: number }>('users.me').then(async () => {
    const made = await teams.admin<{ id: number }>('agents.create', { name: 'shared' });
    return { agentId: made.id };
  });
  const task = await outsider<{ id: number }>('imports.start', { agentId, path: 'set' });
  expect(await outsider('GetTaskContext', { id: task.id })).toMatchObject({
    team: { id: teams.otherTeamId },
  });
  await expect(outsider('imports.start', { agentId: teams.own.agents, path: 'set' })).rejects.toThrow(
    /404.*Agent/,
  );
  await expect(outsider('imports.start', { agentId, path: 'set', workspaceId: 1 })).rejects.toThrow(
    /404.*Workspace/,
  );
});
