/** Role x method: who may do what follows from what the methods say of themselves, and every one says it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiDeps } from '../../../../src/platform/api/api-deps.ts';
import type { ApiMethod, Need } from '../../../../src/platform/api/method.ts';
import { apiMethods } from '../../../../src/platform/api/public-api.ts';
import { type ReachKind, ROLES, type Role } from '../../../../src/platform/store/repositories/accounts.ts';
import { optionalIds, type Sample, sampleOf } from '../../../support/sample-request.ts';
import { startTwoTeams, type TwoTeams } from '../../../support/two-teams.ts';

const nothing: unknown = new Proxy(() => nothing, { get: () => nothing });
const methods = Object.entries(apiMethods(nothing as ApiDeps));
const ROLE_FOR: Record<Need, Role> = {
  view: 'viewer',
  annotate: 'annotator',
  manage: 'manager',
  admin: 'admin',
};
const MISSING = 987_654_321;

/** Methods that name nobody's data: their handlers show the caller only what the caller may see, or change nothing of a team. */
const NOBODYS = new Set([
  'instance.version',
  'users.me',
  'users.list',
  'users.info',
  'users.add',
  'users.editInfo',
  'users.disable',
  'users.enable',
  'teams.list',
  'teams.add',
  'tokens.list',
  'tokens.add',
  'tokens.remove',
  'agents.available',
  'agents.list',
  'agents.create',
  'agents.codes.list',
  'agents.codes.remove',
  'plugins.list',
  'tasks.recent',
  'archives.list',
  'ecosystem.list',
  'ecosystem.info',
  'instance.limits',
  'instance.storage',
  'instance.retention',
  'instance.retention.preview',
  // Answers only what the caller knows.
  'images.internal.hashes.list',
  // Bytes that are nothing's yet.
  'images.bulk.upload',
  'videos.bulk.upload',
  'point-clouds.bulk.upload',
  // The caller's own.
  'uploads.begin',
  'uploads.list',
  'uploads.info',
  'uploads.remove',
  'uploads.files.list',
  'uploads.files.put',
  'uploads.sample',
  // The ids are in the multipart body, where the handler checks them.
  'figures.bulk.upload.geometry',
  // Refused, always.
  'remote-storage.download',
  // Without effect.
  'videos.notify-annotation-tool',
  'point-clouds.episodes.notify-annotation-tool',
]);

/** Ids that are nobody's data: of people, tokens, codes, and of what belongs to the caller or to a project named beside. */
const FREE_IDS = new Set([
  'users.info id',
  'users.editInfo id',
  'users.disable id',
  'users.enable id',
  'users.add teamId',
  'members.add id',
  'members.editInfo id',
  'members.remove id',
  'tokens.remove id',
  'tokens.add userId',
  'agents.codes.remove id',
  'uploads.info id',
  'uploads.remove id',
  'uploads.files.list id',
  'uploads.files.put id',
  'imports.start uploadId',
  'ecosystem.info id',
  'apps.tasks.list appId',
  'tasks.run.app moduleId',
  'tasks.run.app appId',
  'tasks.recent before',
  'archives.list before',
  // Classes and tags are looked up in the project of the items.
  'image-tags.bulk.add-to-image tagId',
  'tags.entities.bulk.add tags.0.tagId',
  'annotation-objects.bulk.add annotationObjects.0.classId',
]);

/** Where something else is said first about what is missing, or in other words; 404 as well. */
const OTHER_WORDS = new Set([
  'images.data.download',
  'images.update.links',
  'images.bulk.set-custom-sort',
  'tags.entities.bulk.add',
  'figures.bulk.add',
  'tasks.run.app',
]);

interface Asked {
  name: string;
  method: ApiMethod;
  sample: Sample;
  /** Where an id stands -> whose it is. */
  kinds: Map<number, ReachKind>;
}

function ask(name: string, method: ApiMethod, optional?: string): Asked {
  const sample = sampleOf(method.request, optional);
  const scope = method.scope(method.parse(sample.input)) ?? {};
  const kinds = new Map<number, ReachKind>();
  for (const [kind, ids] of Object.entries(scope) as [ReachKind, readonly number[]][])
    for (const id of ids) kinds.set(id, kind);
  return { name, method, sample, kinds };
}

/** The sample with other ids in the places of those it has. */
function filled({ sample, kinds }: Asked, idOf: (kind: ReachKind) => number): unknown {
  return JSON.parse(JSON.stringify(sample.input), (_key, value: unknown) => {
    const kind = typeof value === 'number' ? kinds.get(value) : undefined;
    return kind === undefined ? value : idOf(kind);
  });
}

/** With its required properties; where these name nobody's data, with the first optional one that does. */
const asked = methods.map(([name, method]) => {
  const bare = ask(name, method);
  if (bare.kinds.size > 0) return bare;
  const variants = optionalIds(method.request).map((optional) => ask(name, method, optional));
  return variants.find(({ kinds }) => kinds.size > 0) ?? bare;
});
const scoped = asked.filter(({ kinds }) => kinds.size > 0);

let teams: TwoTeams;
beforeAll(async () => {
  teams = await startTwoTeams();
}, 120_000);
afterAll(() => teams?.stop());

async function post(name: string, token: string | undefined, body: unknown) {
  const response = await fetch(`${teams.url}/public/api/v3/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { 'x-api-key': token }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text };
}

/** Runs `check` on all, and says which of them it failed for. */
async function forEach(all: readonly Asked[], check: (one: Asked) => Promise<unknown>): Promise<string[]> {
  const wrong: string[] = [];
  for (const one of all) {
    const found = await check(one);
    if (found !== undefined) wrong.push(`${one.name}: ${String(found)}`);
  }
  return wrong;
}

describe('what methods say of themselves', () => {
  test('every one says whose data it touches, or is known to touch nobody’s', () => {
    const silent = asked.filter(({ kinds }) => kinds.size === 0).map(({ name }) => name);
    expect(silent.filter((name) => !NOBODYS.has(name))).toEqual([]);
    const known = new Set(methods.map(([name]) => name));
    expect([...NOBODYS].filter((name) => !known.has(name))).toEqual([]);
  });

  test('every id a request may have is looked at', () => {
    const unseen = methods.flatMap(([name, method]) =>
      [undefined, ...optionalIds(method.request)].flatMap((optional) => {
        const { sample, kinds } = ask(name, method, optional);
        return [...sample.ids].filter(([id]) => !kinds.has(id)).map(([, path]) => `${name} ${path}`);
      }),
    );
    expect([...new Set(unseen)].filter((one) => !FREE_IDS.has(one))).toEqual([]);
  });
});

describe('over HTTP', () => {
  test('no token, a wrong, a revoked and an expired one: 401, whatever is asked', async () => {
    for (const token of [undefined, 'x'.repeat(43), teams.revoked, teams.expired]) {
      const wrong = await forEach(asked, async ({ name, sample }) => {
        const { status } = await post(name, token, sample.input);
        return status === 401 ? undefined : status;
      });
      expect(wrong).toEqual([]);
    }
  }, 300_000);

  test('a role that is too low is 403 and says which is needed', async () => {
    const wrong: string[] = [];
    for (const role of ROLES) {
      const tooLow = scoped.filter(
        ({ method }) => ROLES.indexOf(ROLE_FOR[method.needs]) > ROLES.indexOf(role),
      );
      wrong.push(
        ...(await forEach(tooLow, async (one) => {
          const { status, text } = await post(
            one.name,
            teams.members[role],
            filled(one, (kind) => teams.own[kind]),
          );
          const says = text.includes(ROLE_FOR[one.method.needs]) && text.includes(`yours is ${role}`);
          return status === 403 && says ? undefined : `${role} ${status} ${text}`;
        })),
      );
    }
    expect(wrong).toEqual([]);
  }, 300_000);

  test('what is of another team is 404, in the words for what does not exist', async () => {
    const plain = (text: string): string => text.replace(/\d+/g, 'N');
    const wrong = await forEach(scoped, async (one) => {
      const foreign = await post(
        one.name,
        teams.outsider,
        filled(one, (kind) => teams.own[kind]),
      );
      const missing = await post(
        one.name,
        teams.outsider,
        filled(one, () => MISSING),
      );
      if (foreign.status !== 404) return `${foreign.status} ${foreign.text}`;
      // Some say something else first, or take what is gone already as done.
      if (missing.status !== 404 || OTHER_WORDS.has(one.name)) return undefined;
      if (plain(missing.text) === plain(foreign.text)) return undefined;
      return `foreign ${foreign.text} missing ${missing.text}`;
    });
    expect(wrong).toEqual([]);
  }, 300_000);

  test('what is for admins of the instance is not for the admin of a team', async () => {
    const forAdmin = asked.filter(({ method, kinds }) => method.needs === 'admin' && kinds.size === 0);
    const wrong = await forEach(forAdmin, async ({ name, sample }) => {
      const { status } = await post(name, teams.members.admin, sample.input);
      return status === 403 ? undefined : status;
    });
    expect(forAdmin.length).toBeGreaterThan(4);
    expect(wrong).toEqual([]);
  }, 60_000);
});
