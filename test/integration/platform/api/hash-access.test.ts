/** Teams share the place where bytes are stored, not the bytes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hexToBase64, sha256Of } from '../../../../src/lib/hash.ts';
import { multipartBody } from '../../../support/multipart.ts';
import { platformApi } from '../../../support/platform-api.ts';
import { startTwoTeams, type TwoTeams } from '../../../support/two-teams.ts';

let teams: TwoTeams;
let theirs: { workspace: number; dataset: number };

beforeAll(async () => {
  teams = await startTwoTeams();
  const workspace = await teams.admin<{ id: number }>('workspaces.add', {
    teamId: teams.otherTeamId,
    name: 'theirs',
  });
  const project = await teams.admin<{ id: number }>('projects.add', { name: 'p', workspaceId: workspace.id });
  const dataset = await teams.admin<{ id: number }>('datasets.add', { projectId: project.id, name: 'd' });
  theirs = { workspace: workspace.id, dataset: dataset.id };
});
afterAll(() => teams.stop());

const bytesOf = (text: string): Buffer => Buffer.from(`not a picture: ${text}`);
const hashOf = (text: string): string => hexToBase64(sha256Of(bytesOf(text)));
const manager = () => platformApi(teams.url, teams.members.manager);
const outsider = () => platformApi(teams.url, teams.outsider);

async function send(token: string, text: string): Promise<string> {
  const { body, contentType } = multipartBody([
    { name: '0-file', filename: '0', bytes: bytesOf(text), type: 'image/*' },
  ]);
  const response = await fetch(`${teams.url}/public/api/v3/images.bulk.upload`, {
    method: 'POST',
    headers: { 'content-type': contentType, 'x-api-key': token },
    body,
  });
  const [stored] = (await response.json()) as { hash: string }[];
  return stored?.hash ?? '';
}

async function byHash(token: string, hash: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${teams.url}/public/api/v3/images.bulk.download-by-hash`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': token },
    body: JSON.stringify({ hashes: [hash] }),
  });
  return { status: response.status, text: await response.text() };
}

describe('bytes another team has sent', () => {
  beforeAll(async () => {
    const hash = await send(teams.members.manager, 'secret');
    await manager()('images.bulk.add', { datasetId: teams.own.datasets, images: [{ name: 's.png', hash }] });
  });

  test('look as if they were not here', async () => {
    expect(await outsider()('images.internal.hashes.list', [hashOf('secret'), hashOf('no')])).toEqual([]);
    const secret = await byHash(teams.outsider, hashOf('secret'));
    const missing = await byHash(teams.outsider, hashOf('no'));
    expect(secret.status).toBe(404);
    expect(secret.text.replaceAll(hashOf('secret'), '')).toBe(missing.text.replaceAll(hashOf('no'), ''));
    const adding = outsider()('images.bulk.add', {
      datasetId: theirs.dataset,
      images: [{ name: 'stolen.png', hash: hashOf('secret') }],
    });
    await expect(adding).rejects.toThrow(/404/);
    await expect(
      outsider()('uploads.files.put', {
        id: (await outsider()<{ id: number }>('uploads.begin', { name: 'u', files: 1, bytes: 1 })).id,
        files: [{ path: 'a', size: 1, hash: hashOf('secret') }],
      }),
    ).rejects.toThrow(/404/);
  });

  test('are there for the team, whoever of it sent them', async () => {
    for (const role of ['viewer', 'annotator', 'admin'] as const) {
      const answer = await byHash(teams.members[role], hashOf('secret'));
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('not a picture: secret');
    }
    expect(await manager()('images.internal.hashes.list', [hashOf('secret')])).toEqual([hashOf('secret')]);
  });

  test('are the own ones of who sends them too', async () => {
    expect(await send(teams.outsider, 'secret')).toBe(hashOf('secret'));
    expect(await outsider()('images.internal.hashes.list', [hashOf('secret')])).toEqual([hashOf('secret')]);
    const [image] = await outsider()<{ name: string }[]>('images.bulk.add', {
      datasetId: theirs.dataset,
      images: [{ name: 'own.png', hash: hashOf('secret') }],
    });
    expect(image?.name).toBe('own.png');
  });
});

test("bytes that are sent and not used yet are the sender's alone", async () => {
  const hash = await send(teams.members.manager, 'draft');
  expect(await manager()('images.internal.hashes.list', [hash])).toEqual([hash]);
  expect(await platformApi(teams.url, teams.members.admin)('images.internal.hashes.list', [hash])).toEqual(
    [],
  );
  expect(await teams.admin('images.internal.hashes.list', [hash])).toEqual([hash]);
});

test('a known hash beside an unknown one gives nothing away', async () => {
  const own = await send(teams.outsider, 'mine');
  const response = await fetch(`${teams.url}/public/api/v3/images.bulk.download-by-hash`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': teams.outsider },
    body: JSON.stringify({ hashes: [own, await send(teams.members.manager, 'other')] }),
  });
  expect(response.status).toBe(404);
});
