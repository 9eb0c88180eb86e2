/** An agent gets its token by a code; what runs in a task gets one of its own. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keptToken, register } from '../../../src/agent/registration.ts';
import { platformApi } from '../../support/platform-api.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { startTwoTeams, type TwoTeams } from '../../support/two-teams.ts';

let teams: TwoTeams;
beforeAll(async () => {
  teams = await startTwoTeams();
}, 120_000);
afterAll(() => teams?.stop());

const newCode = (options: object = {}) =>
  teams.admin<{ id: number; code: string }>('agents.codes.add', options);

function registerHere(code: string, name: string, folder = tempFolder('agent')) {
  return register({ url: teams.url, code, name, folder, allowPlain: false });
}

/** 404 = the agent is known, the project is not there for it. */
async function asksFor(token: string, projectId: number): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${teams.url}/agents/v1/projects/${projectId}`, { headers })).status;
}

function write(sql: string, ...values: unknown[]): void {
  const db = new Sqlite(teams.file);
  db.prepare(sql).run(...values);
  db.close();
}

describe('registration', () => {
  test('a code becomes a token once, kept for this platform alone in a file of the owner', async () => {
    const folder = path.join(tempFolder('agent'), 'agent');
    const { code } = await newCode();
    const { file, token } = await registerHere(code, 'gpu-7', folder);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(keptToken(folder, `${teams.url}/`)).toBe(token);
    expect(keptToken(folder, 'https://elsewhere.example')).toBeUndefined();
    expect(keptToken(tempFolder('none'), teams.url)).toBeUndefined();
    expect(await asksFor(token, teams.own.projects)).toBe(200);
    await expect(registerHere(code, 'gpu-8')).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
    writeFileSync(file, '{');
    expect(() => keptToken(folder, teams.url)).toThrow(/platform-token.json/);
  });

  test('ten at once with one code: one agent', async () => {
    const { code } = await newCode();
    const answers = await Promise.allSettled([1, 2, 3, 4, 5].map((at) => registerHere(code, `crowd-${at}`)));
    expect(answers.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  test('a taken name leaves the code good; a removed and an old code are worthless', async () => {
    const { code } = await newCode();
    await expect(registerHere(code, 'gpu-7')).rejects.toMatchObject({ code: 'SLY_NOT_UNIQUE' });
    await expect(registerHere(code, 'gpu-9')).resolves.toMatchObject({ name: 'gpu-9' });
    const removed = await newCode();
    await teams.admin('agents.codes.remove', { id: removed.id });
    await expect(registerHere(removed.code, 'x')).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
    const old = await newCode();
    write('UPDATE agent_codes SET expires_at = ? WHERE id = ?', Date.now() - 1, old.id);
    await expect(registerHere(old.code, 'x')).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
    const { entities } = await teams.admin<{ entities: object[] }>('agents.codes.list');
    expect(JSON.stringify(entities)).not.toContain(old.code);
  });

  test('a code for an agent replaces its token', async () => {
    const first = await registerHere((await newCode()).code, 'renewed');
    const { code } = await newCode({ agentId: first.agentId });
    const second = await registerHere(code, 'whatever it says');
    expect(second).toMatchObject({ agentId: first.agentId, name: 'renewed' });
    expect(await asksFor(first.token, teams.own.projects)).toBe(401);
    expect(await asksFor(second.token, teams.own.projects)).toBe(200);
  });

  test("an agent of one team reads that team's projects alone, and only its people see it", async () => {
    const outsider = platformApi(teams.url, teams.outsider);
    const { code } = await outsider<{ code: string }>('agents.codes.add', { teamId: teams.otherTeamId });
    const { token, agentId } = await registerHere(code, 'theirs');
    expect(await asksFor(token, teams.own.projects)).toBe(404);
    const viewer = platformApi(teams.url, teams.members.viewer);
    await expect(viewer('agents.info', { id: agentId })).rejects.toThrow(/404/);
    await expect(outsider('agents.info', { id: agentId })).resolves.toMatchObject({ name: 'theirs' });
    await expect(outsider('agents.codes.add', {})).rejects.toThrow(/403/);
  });

  test('a plain address of another machine gets no code', async () => {
    const there = { url: 'http://labels.example', code: 'c'.repeat(43), name: 'x' };
    await expect(
      register({ ...there, folder: tempFolder('agent'), allowPlain: false }),
    ).rejects.toMatchObject({ code: 'SLY_CONFIG' });
  });

  test('guessing codes is stopped', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 12; at++) {
      const response = await fetch(`${teams.url}/agents/v1/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code: `guess-number-${at}-of-many`, name: 'x' }),
      });
      statuses.push(response.status);
    }
    expect(statuses.at(-1)).toBe(429);
  });
});

describe("a task's token", () => {
  test('reaches its project alone, and ends with the attempt', async () => {
    const { token: agent } =
      (await teams.admin<{ token: string; id: number }>('agents.create', { name: 'worker' })) ?? {};
    const { id: agentId } = (
      await teams.admin<{ entities: { id: number; name: string }[] }>('agents.list')
    ).entities.find((one) => one.name === 'worker')!;
    const other = await teams.admin<{ id: number }>('projects.add', {
      name: 'beside',
      workspaceId: teams.own.workspaces,
    });
    const task = await teams.admin<{ id: number; key: string }>('imports.start', {
      agentId,
      path: 'set',
      appendToProjectId: teams.own.projects,
    });
    const ask = async (attempt = 1): Promise<Response> =>
      fetch(`${teams.url}/agents/v1/tasks/${task.key}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${agent}` },
        body: JSON.stringify({ attempt }),
      });
    expect((await ask()).status).toBe(503);
    write("UPDATE tasks SET state = 'converting', agent_id = ? WHERE id = ?", agentId, task.id);
    expect((await ask(2)).status).toBe(409);
    const first = ((await (await ask()).json()) as { token: string }).token;
    const { token } = (await (await ask()).json()) as { token: string };
    const mine = platformApi(teams.url, token);
    await expect(platformApi(teams.url, first)('users.me')).rejects.toThrow(/401/);
    await expect(
      mine('projects.editInfo', { id: teams.own.projects, readme: 'by a script' }),
    ).resolves.toBeDefined();
    await expect(mine('projects.info', { id: other.id })).rejects.toThrow(/404/);
    await expect(mine('projects.add', { name: 'x', workspaceId: teams.own.workspaces })).rejects.toThrow(
      /403/,
    );
    await expect(mine('tokens.add', { name: 'x' })).rejects.toThrow(/403/);
    await expect(mine('users.add', { login: 'x' })).rejects.toThrow(/403/);
    await expect(mine('tasks.info', { id: task.id })).resolves.toMatchObject({ id: task.id });
    await expect(mine('tasks.info', { id: teams.own.tasks })).rejects.toThrow(/404/);
    const { entities } = await mine<{ entities: { id: number }[] }>('projects.list', {
      workspaceId: teams.own.workspaces,
    });
    expect(entities.map((one) => one.id)).toEqual([teams.own.projects]);
    write("UPDATE tasks SET state = 'succeeded' WHERE id = ?", task.id);
    await expect(mine('users.me')).rejects.toThrow(/401/);
    expect(readFileSync(teams.file).toString('latin1')).not.toContain(token);
  });
});
