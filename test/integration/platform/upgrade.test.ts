/** A database of the version before accounts goes on to work: its admin, tokens, teams, tasks, agents. */
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { createAuth } from '../../../src/platform/api/auth/auth.ts';
import { secretHash } from '../../../src/platform/api/auth/secrets.ts';
import { openDatabase } from '../../../src/platform/store/database.ts';
import { MIGRATIONS } from '../../../src/platform/store/migrations.ts';
import { createStores } from '../../../src/platform/store/stores.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const TOKEN = 'an-old-token-of-the-admin';

test('everything is there after the upgrade, and again after another start', async () => {
  const file = path.join(tempFolder('upgrade'), 'platform.sqlite');
  const before = openDatabase(
    file,
    MIGRATIONS.filter(({ name }) => name < '0004'),
  );
  await before.transaction((sqlite) => {
    sqlite.exec(`
      INSERT INTO users (id, login, name, role, created_at, updated_at) VALUES (1, 'admin', 'Admin', 'admin', 1, 1);
      INSERT INTO teams (id, name, created_at, updated_at) VALUES (1, 'main', 1, 1), (2, 'second', 1, 1);
      INSERT INTO workspaces (id, team_id, name, created_at, updated_at) VALUES (1, 1, 'main', 1, 1), (2, 2, 'lab', 1, 1);
      INSERT INTO projects (id, workspace_id, name, type, created_at, updated_at) VALUES (7, 2, 'street', 'images', 1, 1);
      INSERT INTO agents (id, name, token_hash, created_at) VALUES (1, 'gpu', 'h', 1);`);
    const token = sqlite.prepare(
      'INSERT INTO tokens (hash, kind, user_id, created_at, expires_at) VALUES (?, ?, 1, 1, ?)',
    );
    token.run(secretHash(TOKEN), 'api', null);
    token.run('old-session', 'session', 1);
    const task = sqlite.prepare(
      `INSERT INTO tasks (key, title, priority, spec, workspace_id, state, attempt, created_at, updated_at)
       VALUES (?, 't', 0, ?, ?, 'succeeded', 1, 1, 1)`,
    );
    task.run('nowhere', '{"action":"import"}', null);
    task.run('export', '{"action":"export","projectId":7}', null);
    task.run('named', '{"action":"import"}', 2);
    task.run('lost', '{"action":"import"}', 99);
  });
  await before.close();

  for (let start = 0; start < 2; start++) {
    const db = openDatabase(file);
    const stores = createStores(db, { clock: systemClock });
    const auth = await createAuth({ stores, clock: systemClock, log: silentLogger() });
    expect(await auth.authenticate({ 'x-api-key': TOKEN }, 'call')).toMatchObject({
      userId: 1,
      everywhere: 'admin',
    });
    expect((await stores.accounts.users({ perPage: 10 })).entities).toMatchObject([
      { login: 'admin', role: 'admin', disabled: false, hasPassword: false },
    ]);
    expect(await stores.accounts.seed()).toEqual({ userId: 1, teamId: 1, workspaceId: 1 });
    const reached = await stores.access.reach({ tasks: [1, 2, 3, 4], projects: [7], agents: [1] });
    const teamOf = Object.fromEntries(reached.map((one) => [`${one.kind} ${one.id}`, one.teamId]));
    expect(teamOf).toEqual({
      'tasks 1': 1,
      'tasks 2': 2,
      'tasks 3': 2,
      'tasks 4': 1,
      'projects 7': 2,
      'agents 1': null,
    });
    const violations = await db.transaction((sqlite) => sqlite.pragma('foreign_key_check'));
    expect(violations).toEqual([]);
    await db.close();
  }
});

test('what is archived frees its name, takes its projects along, and the last one stays', async () => {
  const db = openDatabase(path.join(tempFolder('archive'), 'platform.sqlite'));
  onTestFinished(() => db.close());
  const { accounts, projects } = createStores(db, { clock: systemClock });
  const { userId, teamId, workspaceId } = await accounts.seed();
  await expect(accounts.archiveWorkspace(workspaceId)).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
  await expect(accounts.archiveTeam(teamId)).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
  expect((await accounts.workspaces({ perPage: 5 })).total).toBe(1);
  const add = () => accounts.addTeam({ name: 'lab', description: '', adminId: userId });
  const lab = await add();
  const room = await accounts.addWorkspace({ teamId: lab, name: 'room', description: '' });
  const { id } = await projects.add({ workspaceId: room, name: 'p', type: 'images' });
  await accounts.archiveTeam(lab);
  expect(await projects.get(id)).toBeUndefined();
  expect((await accounts.workspaces({ perPage: 5 })).total).toBe(1);
  await expect(projects.add({ workspaceId: room, name: 'q', type: 'images' })).rejects.toMatchObject({
    code: 'SLY_NOT_FOUND',
  });
  expect(await add()).toBeGreaterThan(lab);
});
