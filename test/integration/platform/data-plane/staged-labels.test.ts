/** What an import of videos, point clouds, episodes or volumes has staged, and what becomes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublishItem, PublishLine } from '../../../../src/protocol/publish.ts';
import { type AgentSide, startAgentSide } from '../../../support/agent-side.ts';
import { type AnnotatedType, annotatedProjects, toldByApi } from '../../../support/annotated-projects.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { type Made, type SdkClient, sdkClient, withoutOwn } from '../../../support/sdk-client.ts';

let server: ApiServer;
let sdk: SdkClient;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
});
afterAll(() => server.stop());

const TYPES = Object.keys(annotatedProjects) as AnnotatedType[];
const never = new AbortController().signal;

/** Asked by the test alone: the server is not measured by it (query-plans.ts). */
const count = (from: string): Promise<number> =>
  server.db.transaction(
    (sqlite) => sqlite.prepare<[], number>(`/* test */ SELECT count(*) FROM ${from}`).pluck().get() ?? 0,
  );

/** Rows of every table an import writes into. */
async function rows(): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const table of TABLES) counted[table] = await count(table);
  return counted;
}

const TABLES = [
  ...['items', 'annotations', 'objects', 'figures', 'entity_tags', 'related_images', 'datasets'],
  ...['publication_items', 'projects'],
];

/** The items get other names, and frames behind the ones that are there. */
const renamed = (lines: readonly PublishLine[]): PublishLine[] =>
  lines.map((line) => {
    if ('kind' in line) return line;
    const { frame } = line.meta ?? {};
    const meta = { ...line.meta, ...(typeof frame === 'number' && { frame: frame + 100 }) };
    return { ...line, name: `other ${line.name}`, meta };
  });

async function told(type: AnnotatedType, made: Made, agent: AgentSide) {
  return {
    api: await toldByApi(sdk, type, made),
    files: (await agent.exported(made.projectId)).files,
    project: await sdk.api('projects.info', { id: made.projectId }),
    classes: await sdk.api('projects.meta', { id: made.projectId }),
    counted: await counted(made),
  };
}

/** What statistics are made of, which are kept as long as a project does not change. */
async function counted({ projectId, datasetId }: Made): Promise<unknown[]> {
  const { labelCounts } = server.stores;
  const everywhere = { first: 1, last: Number.MAX_SAFE_INTEGER };
  const page = { after: undefined, limit: 10_000 };
  const objects = await labelCounts.datasetObjects(datasetId, page);
  const tags = await labelCounts.objectTags(datasetId, page);
  return [
    await labelCounts.items(projectId, { ...page, after: 0 }),
    await labelCounts.figures(everywhere, page),
    await labelCounts.objects(everywhere, page),
    await labelCounts.tags(everywhere, page),
    objects.filter(({ title }) => title !== null),
    tags.filter(({ name }) => name !== null),
  ];
}

async function stage(agent: AgentSide, type: AnnotatedType, made: Made, lines: readonly PublishLine[]) {
  const begun = await agent.begin({ projectType: type, appendToProjectId: made.projectId });
  const half = Math.ceil(lines.length / 2);
  for (const [at, some] of [lines.slice(0, half), lines.slice(half)].entries())
    expect((await agent.client.putSegment(begun.publicationId, at + 1, some, never)).notes).toEqual([]);
  return begun.publicationId;
}

describe.each(TYPES)('%s staged for a dataset that is there', (type) => {
  it('are seen by nobody before the commit, and leave nothing when they are dropped', async () => {
    const made = await annotatedProjects[type](sdk);
    const agent = await startAgentSide(server);
    const { lines } = await agent.exported(made.projectId);
    const before = await told(type, made, agent);
    const rowsBefore = await rows();
    const publicationId = await stage(agent, type, made, renamed(lines));
    expect(await rows()).not.toEqual(rowsBefore);
    expect(await told(type, made, agent)).toEqual(before);
    const staged = await server.db.kysely
      .withTables<{ figures: { id: number } }>()
      .selectFrom('figures')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirstOrThrow();
    const info = await sdk.post('figures.info', { id: staged.id });
    expect(info.status).toBe(404);
    await sdk.post('figures.bulk.remove', { ids: [staged.id] });
    await agent.client.dropPublication(publicationId, never);
    expect(await rows()).toEqual(rowsBefore);
    expect(await told(type, made, agent)).toEqual(before);
  });

  it('are there twice after the commit: objects of point clouds are joined by their keys', async () => {
    const made = await annotatedProjects[type](sdk);
    const agent = await startAgentSide(server);
    const out = await agent.exported(made.projectId);
    const before = await rows();
    const twice = renamed(out.lines);
    const { notes } = await agent.publish(
      { projectType: type, appendToProjectId: made.projectId },
      out.project.meta,
      twice,
    );
    expect(notes).toEqual([]);
    const after = await rows();
    const added = (table: string): number => (after[table] ?? 0) - (before[table] ?? 0);
    const items = await agent.exported(made.projectId);
    expect(items.items).toHaveLength(2 * out.items.length);
    expect(added('items')).toBe(out.items.length);
    const isShared = type === 'point_clouds' || type === 'point_cloud_episodes';
    const objects = await sdk.listAll<{ key: string }>('annotation-objects.list', made);
    if (isShared) expect(added('objects')).toBe(0);
    else expect(objects).toHaveLength(2 * new Set(objects.map(({ key }) => key)).size);
    const figures = await sdk.listAll<{ key: string; objectKey: string }>('figures.list', made);
    const keys = new Map(Object.entries(Object.groupBy(figures, ({ key }) => key)));
    for (const [, same = []] of keys) {
      expect(same).toHaveLength(2);
      expect(same[0]?.objectKey).toBe(same[1]?.objectKey);
    }
    expect(after.publication_items).toBe(0);
    expect(await count('figures WHERE waiting = 2')).toBe(0);
  });

  it('are the same however often a segment is sent, and however the import is cut', async () => {
    const made = await annotatedProjects[type](sdk);
    const agent = await startAgentSide(server);
    const out = await agent.exported(made.projectId);
    const { publicationId, projectId } = await agent.begin({ projectType: type });
    for (const [at, line] of out.lines.entries()) {
      const send = () => agent.client.putSegment(publicationId, at + 1, [line], never);
      const replies = await Promise.all([send(), send()]);
      expect(replies[0]).toEqual(replies[1]);
    }
    const commit = () =>
      agent.client.commit(publicationId, { meta: out.project.meta, segments: out.lines.length }, never);
    expect(await Promise.all([commit(), commit()])).toHaveLength(2);
    expect((await agent.exported(projectId)).files).toEqual(out.files);
    expect(withoutOwn((await agent.exported(projectId)).project.datasets)).toEqual(
      withoutOwn(out.project.datasets),
    );
  });

  it('go into the dataset of another import that made it first', async () => {
    const made = await annotatedProjects[type](sdk);
    const agent = await startAgentSide(server);
    const out = await agent.exported(made.projectId);
    const elsewhere = (lines: readonly PublishLine[]): PublishLine[] =>
      lines.map((line) => ('dataset' in line ? { ...line, dataset: 'new/one' } : line));
    const publicationId = await stage(agent, type, made, elsewhere(renamed(out.lines)));
    await agent.publish(
      { projectType: type, appendToProjectId: made.projectId },
      out.project.meta,
      elsewhere(out.lines),
    );
    await agent.client.commit(publicationId, { meta: out.project.meta, segments: 2 }, never);
    const after = await agent.exported(made.projectId);
    expect(after.project.datasets.map((one) => [one.path, one.items])).toEqual([
      ['ds', out.items.length],
      ['new', 0],
      ['new/one', 2 * out.items.length],
    ]);
    for (const table of ['figures', 'objects', 'entity_tags', 'related_images']) {
      const apart = `${table} t JOIN items i ON i.id = t.item_id WHERE i.dataset_id <> t.dataset_id`;
      expect([table, await count(apart)]).toEqual([table, 0]);
    }
    const own = after.items.filter((item) => item.dataset === 'new/one') as unknown as PublishItem[];
    expect(own.filter(({ name }) => name.startsWith('other '))).toHaveLength(out.items.length);
  });
});
