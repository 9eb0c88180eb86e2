/** The data plane over what an API server keeps, and an agent that holds every attempt. Ends with the test. */
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createPlatformClient } from '../../src/agent/transfer/platform-client.ts';
import { createPlatformHttp } from '../../src/agent/transfer/platform-http.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { sha256Of } from '../../src/lib/hash.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { registerDataPlane } from '../../src/platform/api/data-plane/data-plane.ts';
import { createHttpServer } from '../../src/platform/api/http/http-server.ts';
import { createMediaReader } from '../../src/platform/media/media-reader.ts';
import type { TaskView } from '../../src/platform/ports/tasks.ts';
import type {
  ExportItem,
  ExportProject,
  PublicationRequest,
  PublishLine,
  SegmentReply,
} from '../../src/protocol/publish.ts';
import { fileLines } from './annotation-lines.ts';
import type { ApiServer } from './api-server.ts';

export interface AgentSide {
  client: ReturnType<typeof createPlatformClient>;
  url: string;
  /** The annotation of an item or a dataset, as its file. */
  annotation(of: { itemId: number } | { datasetId: number }): Promise<string>;
  exported(projectId: number): Promise<Exported>;
  begin(request: Partial<PublicationRequest>): Promise<{ publicationId: number; projectId: number }>;
  /** Everything in one go: segments of so many lines. */
  publish(
    request: Partial<PublicationRequest>,
    meta: unknown,
    lines: readonly PublishLine[],
    linesASegment?: number,
  ): Promise<{ projectId: number; notes: SegmentReply['notes'] }>;
}

export interface Exported {
  project: ExportProject;
  items: ExportItem[];
  /** By item (videos, point clouds, volumes) or by dataset (episodes), in the order of their ids. */
  files: string[];
  /** What publishes the same again. */
  lines: PublishLine[];
}

const never = new AbortController().signal;
let tasks = 0;

export async function startAgentSide(
  { stores, blobs, auth }: ApiServer,
  teamId: number | null = null,
): Promise<AgentSide> {
  const log = silentLogger();
  const app = createHttpServer({ log, clock });
  const nothing = async (): Promise<never> => {
    throw new SlyError('SLY_NOT_FOUND', { detail: 'not part of this rig' });
  };
  registerDataPlane(app, {
    ...{ stores, blobs, auth, log },
    media: createMediaReader({ blobs, store: stores.media, log }),
    agents: {
      authenticate: async () => ({ agentId: 1, teamId }),
      register: async () => undefined,
      support: { make: nothing, put: nothing, bytes: () => undefined },
    },
    tasks: {
      assertHeld: async (key, attempt) => ({ key, attempt, workspaceId: null, teamId }) as TaskView,
      putReport: nothing,
      putRun: nothing,
    },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const http = createPlatformHttp({ url, token: 'agent', deadlineMs: 20_000, clock, log });
  const client = createPlatformClient(http);
  onTestFinished(async () => {
    await http.close();
    await app.close();
  });

  async function annotation(of: { itemId: number } | { datasetId: number }): Promise<string> {
    const place = 'itemId' in of ? `items/${of.itemId}` : `datasets/${of.datasetId}`;
    const response = await fetch(`${url}/agents/v1/${place}/annotation`, {
      headers: { authorization: 'Bearer agent' },
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response.text();
  }

  const begin: AgentSide['begin'] = (request) => {
    const asked = {
      attempt: 1,
      run: 1,
      projectName: 'p',
      projectType: 'videos',
      conflict: 'rename',
    } as const;
    return client.beginPublication(`task ${++tasks}`, { ...asked, ...request }, never);
  };

  return {
    ...{ client, url, annotation, begin },

    async exported(projectId) {
      const project = await client.exportProject(projectId, never);
      const items: ExportItem[] = [];
      for await (const item of client.exportItems(projectId, {}, never)) items.push(item);
      const files: string[] = [];
      const lines: PublishLine[] = [];
      if (project.type === 'point_cloud_episodes') {
        for (const { id, path: dataset } of project.datasets) {
          const text = await annotation({ datasetId: id });
          files.push(text);
          lines.push(...fileLines.episode(dataset, JSON.parse(text), items));
        }
      } else {
        for (const item of items) {
          const text = await annotation({ itemId: item.id });
          files.push(text);
          lines.push(...fileLines.item(item, JSON.parse(text)));
        }
      }
      return { project, items, files, lines };
    },

    async publish(request, meta, lines, linesASegment = 3) {
      const { publicationId, projectId } = await begin(request);
      const notes: SegmentReply['notes'] = [];
      let number = 0;
      for (let at = 0; at < lines.length; at += linesASegment) {
        const segment = lines.slice(at, at + linesASegment);
        const reply = await client.putSegment(publicationId, ++number, segment, never);
        notes.push(...reply.notes.map((note) => ({ ...note, line: note.line + at })));
      }
      await client.commit(publicationId, { meta, segments: number }, never);
      return { projectId, notes };
    },
  };
}

/** The hashes of these bytes, which are stored. */
export async function putBytes(
  { blobs }: Pick<ApiServer, 'blobs'>,
  files: readonly Buffer[],
): Promise<string[]> {
  for (const bytes of files) await blobs.put(sha256Of(bytes), bytes);
  return files.map(sha256Of);
}
