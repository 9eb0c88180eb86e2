import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../../src/lib/hash.ts';
import type { PublicationRequest, PublishItem } from '../../../../src/protocol/publish.ts';
import { type DataPlaneRig, never, startDataPlane } from '../../../support/data-plane-rig.ts';
import { sampleRun } from '../../../support/sample-run.ts';

const request = (changes: Partial<PublicationRequest> = {}): PublicationRequest => ({
  attempt: 1,
  run: 1,
  projectName: 'streets',
  projectType: 'images',
  conflict: 'rename',
  ...changes,
});
const RUN = sampleRun({ usage: { at: [0], cpuMs: [1] }, used: { cpuMs: 1 } });
const META = {
  classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }],
  tags: [{ name: 'night', value_type: 'none', color: '#00FF00' }],
};
const box = (title = 'car') => ({
  description: '',
  size: { height: 48, width: 64 },
  tags: [],
  objects: [
    {
      classTitle: title,
      tags: [],
      geometryType: 'rectangle',
      shape: 'rectangle',
      points: {
        exterior: [
          [1, 2],
          [10, 20],
        ],
        interior: [],
      },
    },
  ],
});
const code = (name: string) => expect.objectContaining({ code: name });

/** A stored blob that says its number. */
async function blob(rig: DataPlaneRig, number: number): Promise<string> {
  const bytes = Buffer.from(`picture ${number}`);
  await rig.blobs.put(sha256Of(bytes), bytes);
  return sha256Of(bytes);
}

async function items(rig: DataPlaneRig, count: number, changes: Partial<PublishItem> = {}) {
  const made: PublishItem[] = [];
  for (let at = 0; at < count; at++) {
    const sha256 = await blob(rig, at);
    made.push({ dataset: 'a/b', name: `${at}.jpg`, sha256, width: 64, height: 48, ann: box(), ...changes });
  }
  return made;
}

describe('publishing over the data plane', () => {
  it('shows exactly what was sent, all at once', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client } = rig.agent();
    const begun = await client.beginPublication('t', request(), never);
    expect(begun).toMatchObject({ projectName: 'streets', segments: [], committed: false });
    const sent = await items(rig, 25);
    const link: PublishItem = {
      dataset: 'c',
      name: 'far.jpg',
      link: 'https://example.com/far.jpg',
      meta: { a: 1 },
    };
    expect(await client.putSegment(begun.publicationId, 1, sent.slice(0, 10), never)).toEqual({
      stored: 10,
      notes: [],
    });
    await client.putSegment(begun.publicationId, 2, [...sent.slice(10), link], never);
    expect(await rig.stores.projects.list({ perPage: 10 })).toEqual({ total: 0, entities: [] });
    expect(await rig.stores.items.get([1, 2, 3])).toEqual([]);
    expect(await client.findProjects('streets', never)).toEqual([]);

    const done = await client.commit(begun.publicationId, { meta: META, segments: 2 }, never);
    expect(done).toEqual({
      projectId: begun.projectId,
      projectName: 'streets',
      items: 26,
      link: `/projects/${begun.projectId}`,
    });
    expect(await client.commit(begun.publicationId, { meta: META, segments: 2 }, never)).toEqual(done);
    expect(await client.beginPublication('t', request(), never)).toMatchObject({
      committed: true,
      segments: [1, 2],
    });

    expect(await client.findProjects('streets', never)).toEqual([{ id: done.projectId, name: 'streets' }]);
    expect(await client.findProjects(String(done.projectId), never)).toHaveLength(1);
    const project = await client.exportProject(done.projectId, never);
    expect(project).toMatchObject({ name: 'streets', items: 26, meta: META });
    expect(project.datasets.map(({ path: at, items: n }) => [at, n])).toEqual([
      ['a', 0],
      ['a/b', 25],
      ['c', 1],
    ]);
    const read = [];
    for await (const item of client.exportItems(done.projectId, {}, never)) read.push(item);
    expect(read.map(({ dataset, name, sha256, ann }) => ({ dataset, name, sha256, ann }))).toEqual([
      ...sent.map(({ dataset, name, sha256, ann }) => ({ dataset, name, sha256, ann })),
      {
        dataset: 'c',
        name: 'far.jpg',
        sha256: null,
        ann: { description: '', size: { height: 0, width: 0 }, tags: [], objects: [] },
      },
    ]);
    expect(read.at(-1)).toMatchObject({ link: 'https://example.com/far.jpg', meta: { a: 1 } });
    const only = [];
    const datasetIds = project.datasets.filter((one) => one.path === 'c').map((one) => one.id);
    for await (const item of client.exportItems(done.projectId, { datasetIds }, never)) only.push(item.name);
    expect(only).toEqual(['far.jpg']);
  });

  it('reads more than a page of items without a gap or a double', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client } = rig.agent();
    const { publicationId, projectId } = await client.beginPublication('t', request(), never);
    const sha256 = await blob(rig, 0);
    const names = Array.from({ length: 1234 }, (_, at) => `${at}.jpg`);
    const lines = names.map((name) => ({ dataset: 'd', name, sha256 }));
    await client.putSegment(publicationId, 1, lines, never);
    await client.commit(publicationId, { meta: META, segments: 1 }, never);
    const read = [];
    for await (const item of client.exportItems(projectId, {}, never)) read.push(item.name);
    expect(read).toEqual(names);
  });

  it('gives the first answer again when a segment is replayed, also twice at once', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client } = rig.agent();
    const { publicationId } = await client.beginPublication('t', request(), never);
    const [one, two] = await items(rig, 2, { name: 'same.jpg' });
    const replies = await Promise.all(
      [1, 2, 3].map(() => client.putSegment(publicationId, 1, [one!, two!], never)),
    );
    expect(replies[0]).toEqual({
      stored: 2,
      notes: [{ line: 1, outcome: 'renamed', message: 'stored as same_01.jpg' }],
    });
    expect(replies[1]).toEqual(replies[0]);
    expect(replies[2]).toEqual(replies[0]);
    expect(await client.putSegment(publicationId, 1, [], never)).toEqual(replies[0]);
    expect(await rig.count('items')).toBe(2);
  });

  it('fences: another attempt, another agent, another run', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const first = rig.agent().client;
    const second = rig.agent({ token: 'agent-2' }).client;
    const old = await first.beginPublication('t', request(), never);
    const [item] = await items(rig, 1);
    await first.putSegment(old.publicationId, 1, [item!], never);
    await expect(second.putSegment(old.publicationId, 2, [item!], never)).rejects.toEqual(
      code('SLY_LEASE_LOST'),
    );
    await expect(second.dropPublication(old.publicationId, never)).rejects.toEqual(code('SLY_LEASE_LOST'));

    rig.hold('t', 2, 2);
    const next = await second.beginPublication('t', request({ attempt: 2 }), never);
    expect(next).toMatchObject({ projectName: 'streets', segments: [] });
    for (const call of [
      () => first.putSegment(old.publicationId, 2, [item!], never),
      () => first.commit(old.publicationId, { meta: META, segments: 1 }, never),
      () => first.beginPublication('t', request(), never),
      () => first.putReport('t', 1, path.join(rig.folder, 'platform.sqlite'), never),
    ])
      await expect(call()).rejects.toEqual(code('SLY_LEASE_LOST'));
    expect(await rig.count('items')).toBe(0);

    rig.hold('t', 2, 1);
    const again = await first.beginPublication('t', request({ attempt: 2, run: 2 }), never);
    expect(again.projectName).toBe('streets');
    await expect(first.putSegment(next.publicationId, 1, [item!], never)).rejects.toEqual(
      code('SLY_LEASE_LOST'),
    );
    await first.putSegment(again.publicationId, 1, [item!], never);
    await first.commit(again.publicationId, { meta: META, segments: 1 }, never);
    expect(await rig.count('projects')).toBe(1);
    expect(await rig.count('items')).toBe(1);
  });

  it('repeats a call of a task the platform has not heard of yet', async () => {
    const rig = await startDataPlane();
    setTimeout(() => rig.hold('late', 1), 700);
    const begun = await rig.agent().client.beginPublication('late', request(), never);
    expect(begun.committed).toBe(false);
  });

  it('says which lines were not stored and why, and stores the rest', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client } = rig.agent();
    const { publicationId } = await client.beginPublication('t', request(), never);
    const sha256 = await blob(rig, 1);
    const lines: PublishItem[] = [
      { dataset: 'd', name: 'good.jpg', sha256 },
      { dataset: 'd', name: '..', sha256 },
      { dataset: 'd', name: 'a/b.jpg', sha256 },
      { dataset: 'd', name: 'nul\0.jpg', sha256 },
      { dataset: 'd', name: `${'ä'.repeat(130)}.jpg`, sha256 },
      { dataset: 'd//e', name: 'x.jpg', sha256 },
      { dataset: '../d', name: 'x.jpg', sha256 },
      { dataset: 'd', name: 'lost.jpg', sha256: 'f'.repeat(64) },
      { dataset: 'd', name: 'nothing.jpg' },
      { dataset: 'd', name: 'ann.jpg', sha256, ann: 'what' },
      {
        dataset: 'd',
        name: 'last.jpg',
        sha256,
        ann: { size: { width: 4, height: 4 }, objects: [{ classTitle: 7 }] },
      },
    ];
    const reply = await client.putSegment(publicationId, 1, lines, never);
    expect(reply.stored).toBe(2);
    expect(reply.notes.map(({ line, outcome }) => [line, outcome])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((line) => [line, 'failed']),
    );
    expect(reply.notes[6]!.message).toContain('bytes');
    await client.commit(publicationId, { meta: META, segments: 1 }, never);
    expect(await rig.count('annotations')).toBe(1);
  });

  it('leaves nothing of a dropped import but the bytes, and frees the name of its project', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client } = rig.agent();
    const begun = await client.beginPublication('t', request(), never);
    await client.putSegment(begun.publicationId, 1, await items(rig, 30), never);
    await client.dropPublication(begun.publicationId, never);
    await client.dropPublication(begun.publicationId, never);
    await client.dropPublication(999, never);
    for (const table of ['items', 'annotations', 'datasets', 'projects', 'publication_segments'] as const)
      expect([table, await rig.count(table)]).toEqual([table, 0]);
    const [item] = await items(rig, 1);
    await expect(client.putSegment(begun.publicationId, 2, [item!], never)).rejects.toEqual(
      code('SLY_LEASE_LOST'),
    );
    const unused = await rig.stores.blobs.unused(Date.now() + 1, 100);
    expect(unused).toHaveLength(30);
    await rig.blobs.delete(unused);
    expect(await rig.blobs.missing(unused)).toEqual(unused);

    rig.hold('t', 2);
    const next = await client.beginPublication('t', request({ attempt: 2 }), never);
    expect(next.projectName).toBe('streets');
    await rig.stores.publications.dropOpenOf('t', 2);
    expect(await rig.count('projects')).toBe(0);
  });

  it('keeps the blobs that something names', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client } = rig.agent();
    const { publicationId } = await client.beginPublication('t', request(), never);
    await client.putSegment(publicationId, 1, await items(rig, 3), never);
    const hashes = [await blob(rig, 0), await blob(rig, 1)];
    expect(await rig.stores.blobs.unused(Date.now() + 1, 100)).toEqual([]);
    await rig.blobs.delete(hashes);
    expect(await rig.blobs.missing(hashes)).toEqual([]);
  });

  it('takes over a commit whose answer was lost together with the lease', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client } = rig.agent();
    const begun = await client.beginPublication('t', request(), never);
    const sent = await items(rig, 3);
    await client.putSegment(begun.publicationId, 1, sent, never);
    const done = await client.commit(begun.publicationId, { meta: META, segments: 1 }, never);
    rig.hold('t', 2);
    const again = await client.beginPublication('t', request({ attempt: 2 }), never);
    expect(again).toMatchObject({ projectId: done.projectId, committed: true, segments: [] });
    expect(await client.putSegment(again.publicationId, 1, sent, never)).toEqual({ stored: 0, notes: [] });
    expect(await client.commit(again.publicationId, { meta: META, segments: 1 }, never)).toEqual(done);
    expect(await rig.count('items')).toBe(3);
    await rig.stores.publications.dropOpenOf('t', 2);
    expect(await rig.count('items')).toBe(3);
  });

  it('refuses what does not have the agreed shape, and streams a report through', async () => {
    const rig = await startDataPlane();
    rig.hold('t', 1);
    const { client, http } = rig.agent();
    const { publicationId } = await client.beginPublication('t', request(), never);
    const put = (body: string) =>
      http.json({
        method: 'PUT',
        path: `/agents/v1/publications/${publicationId}/segments/1`,
        headers: { 'content-type': 'application/x-ndjson' },
        body: () => body,
        signal: never,
      });
    await expect(put('{"dataset":')).rejects.toEqual(code('SLY_BAD_MESSAGE'));
    await expect(put('{"dataset":1,"name":"x"}\n')).rejects.toEqual(code('SLY_BAD_MESSAGE'));
    await expect(
      client.beginPublication('t', request({ conflict: 'maybe' as 'skip' }), never),
    ).rejects.toEqual(code('SLY_BAD_MESSAGE'));
    await expect(client.commit(publicationId, { meta: 'none', segments: 0 }, never)).rejects.toEqual(
      code('SLY_FORMAT_INVALID'),
    );
    await expect(client.exportProject(77, never)).rejects.toEqual(code('SLY_NOT_FOUND'));
    const report = path.join(rig.folder, 'report.ndjson');
    const text = '{"status":"failed","file":"a.jpg","code":"SLY_X","message":"why"}\n'.repeat(5000);
    writeFileSync(report, text);
    await client.putReport('t', 1, report, never);
    expect(rig.reports.get('t.1')).toBe(text);
    await client.putRun('t', 1, RUN, never);
    expect(rig.runs.get('t.1')).toEqual(RUN);
    const tooMany = { ...RUN, usage: { at: Array.from({ length: 601 }, (_, n) => n) } };
    await expect(client.putRun('t', 1, tooMany, never)).rejects.toEqual(code('SLY_BAD_MESSAGE'));
    await expect(client.putRun('t', 2, RUN, never)).rejects.toEqual(code('SLY_LEASE_LOST'));
    expect(rig.runs.get('t.1')).toEqual(RUN);
  });
});
