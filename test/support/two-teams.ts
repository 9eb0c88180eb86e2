/**
 * A real platform with two teams. Team `own` has one of everything a request may name; people of every role are in it,
 * an outsider is admin of the other team. Ends with the test file that started it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { createPlatform } from '../../src/platform/platform.ts';
import { type ReachKind, ROLES, type Role } from '../../src/platform/store/repositories/accounts.ts';
import { type PlatformApi, platformApi } from './platform-api.ts';

export interface TwoTeams {
  url: string;
  admin: PlatformApi;
  adminToken: string;
  /** API tokens of the members of `own`, by role. */
  members: Record<Role, string>;
  /** Admin of the other team. */
  outsider: string;
  revoked: string;
  expired: string;
  /** Ids of what belongs to `own`. */
  own: Record<ReachKind, number>;
  otherTeamId: number;
  file: string;
  stop(): Promise<void>;
}

export async function startTwoTeams(): Promise<TwoTeams> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sly-teams-'));
  const platform = await createPlatform({
    dataFolder: folder,
    listen: { host: '127.0.0.1', port: 0 },
    log: silentLogger(),
    clock: systemClock,
  });
  const url = platform.url();
  const adminToken = readFileSync(path.join(folder, 'platform', 'admin-token'), 'utf8').trim();
  const admin = platformApi(url, adminToken);
  const add = async (method: string, body: object): Promise<number> =>
    (await admin<{ id: number }>(method, body)).id;

  const teams = await add('teams.add', { name: 'own' });
  const otherTeamId = await add('teams.add', { name: 'other' });
  const workspaces = await add('workspaces.add', { teamId: teams, name: 'lab' });
  const projects = await add('projects.add', { name: 'street', workspaceId: workspaces });
  const datasets = await add('datasets.add', { projectId: projects, name: 'ds' });
  const [image] = await admin<{ id: number }[]>('images.bulk.add', {
    datasetId: datasets,
    images: [{ name: 'a.png', link: 'https://pictures.example/a.png' }],
  });
  const agents = (await admin<{ id: number }>('agents.create', { name: 'gpu' })).id;
  const tasks = await add('imports.start', { agentId: agents, path: 'set', workspaceId: workspaces });

  async function person(login: string, teamId: number, role: Role): Promise<string> {
    const id = await add('users.add', { login });
    await admin('members.add', { id, teamId, role });
    return (await admin<{ token: string }>('tokens.add', { name: 'test', userId: id })).token;
  }
  const members = {} as Record<Role, string>;
  for (const role of ROLES) members[role] = await person(`the-${role}`, teams, role);
  const outsider = await person('outsider', otherTeamId, 'admin');
  const ending = await admin<{ id: number; token: string }>('tokens.add', { name: 'ending' });
  await admin('tokens.remove', { id: ending.id });
  const { token: expired } = await admin<{ token: string }>('tokens.add', { name: 'old', days: 1 });

  const file = path.join(folder, 'platform', 'platform.sqlite');
  const db = new Sqlite(file);
  // What only an agent or another part of the API can make is written as rows: what they say does not matter here.
  db.pragma('foreign_keys = OFF');
  db.prepare("UPDATE tokens SET expires_at = 1 WHERE name = 'old'").run();
  db.prepare('UPDATE agents SET team_id = ? WHERE id = ?').run(teams, agents);
  const { key } = db.prepare('SELECT key FROM tasks WHERE id = ?').get(tasks) as { key: string };
  const item = { dataset_id: datasets, item_id: image!.id, project_id: projects };
  const own = {
    teams,
    workspaces,
    projects,
    datasets,
    items: image!.id,
    tasks,
    agents,
    archives: insert(db, 'archives', { task_key: key }),
    teamFiles: insert(db, 'team_files', { team_id: teams }),
    reports: insert(db, 'reports', { team_id: teams }),
    objects: insert(db, 'objects', item),
    figures: insert(db, 'figures', item),
    entityTags: insert(db, 'entity_tags', item),
    relatedImages: insert(db, 'related_images', item),
  };
  db.close();

  async function stop(): Promise<void> {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const { token: revoked } = ending;
  return { url, admin, adminToken, members, outsider, revoked, expired, own, otherTeamId, file, stop };
}

/** A row with these columns and something in every other one that must not be empty. */
function insert(db: Sqlite.Database, table: string, known: Record<string, unknown>): number {
  const columns = db.pragma(`table_info(${table})`) as {
    name: string;
    type: string;
    notnull: number;
    dflt_value: string | null;
    pk: number;
  }[];
  const row: Record<string, unknown> = {};
  for (const { name, type, notnull, dflt_value, pk } of columns) {
    if (name in known) row[name] = known[name];
    else if (pk === 0 && notnull === 1 && dflt_value === null) row[name] = type === 'INTEGER' ? 1 : '{}';
  }
  const names = Object.keys(row);
  const places = names.map((name) => `@${name}`).join(', ');
  const { lastInsertRowid } = db
    .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`)
    .run(row);
  return Number(lastInsertRowid);
}
