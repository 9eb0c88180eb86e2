/** Imports on their way in, reports, and archives of exports: everything that belongs to an attempt. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isRecord } from '../../../format/problem.ts';
import { SlyError } from '../../../lib/errors.ts';
import { readLines } from '../../../lib/lines.ts';
import { createParser } from '../../../lib/schema.ts';
import {
  type ArchiveReply,
  ArchiveRequestSchema,
  CommitRequestSchema,
  type PublicationRequest,
  PublicationRequestSchema,
  PublishEpisodeSchema,
  PublishFiguresSchema,
  PublishItemSchema,
  type PublishLine,
} from '../../../protocol/publish.ts';
import { MAX_RUN_RECORD_BYTES, RunRecordSchema } from '../../../protocol/run-record.ts';
import type { TaskView } from '../../ports/tasks.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';
import { createLookAtBytes } from './look-at-bytes.ts';
import { pathNumber } from './path-number.ts';
import { bodyChunks } from './request-body.ts';

const SMALL_BODY = 64 << 10;
const META_BODY = 80 << 20;
/** One annotation may be large (a mask of a whole slide), many such in one segment are not expected. */
const ITEM_LINE = 256 << 20;
const SEGMENT_BODY = 512 << 20;
const REPORT_BODY = 4 * 2 ** 30;

const publicationRequest = createParser(PublicationRequestSchema);
const commitRequest = createParser(CommitRequestSchema);
const archiveRequest = createParser(ArchiveRequestSchema);
const publishItem = createParser(PublishItemSchema);
const publishFigures = createParser(PublishFiguresSchema);
const publishEpisode = createParser(PublishEpisodeSchema);
const runRecord = createParser(RunRecordSchema);

export function registerPublicationRoutes(app: FastifyInstance, deps: DataPlaneDeps): void {
  const { stores, tasks } = deps;
  const { publications } = stores;
  const look = createLookAtBytes(deps.media);

  /** The publication of the address; the caller must hold its attempt. Undefined when there is none. */
  async function heldPublication(
    request: FastifyRequest<{ Params: { id: string } }>,
  ): Promise<number | undefined> {
    const id = pathNumber(request.params.id, 'publication');
    const owner = await publications.owner(id);
    if (owner === undefined) return undefined;
    await tasks.assertHeld(owner.taskKey, owner.attempt, request.agentId);
    return id;
  }

  async function needPublication(request: FastifyRequest<{ Params: { id: string } }>): Promise<number> {
    const id = await heldPublication(request);
    if (id !== undefined) return id;
    throw new SlyError('SLY_NOT_FOUND', { detail: `publication ${request.params.id}` });
  }

  /** A task publishes into its own team. */
  async function assertOwnPlace(asked: PublicationRequest, task: TaskView): Promise<void> {
    const { appendToProjectId: projectId, workspaceId } = asked;
    if (workspaceId !== undefined && task.workspaceId !== null && workspaceId !== task.workspaceId)
      throw new SlyError('SLY_NOT_FOUND', { detail: `workspace ${workspaceId} of task ${task.key}` });
    if (projectId === undefined || task.teamId === null) return;
    const project = await stores.projects.get(projectId);
    if (project !== undefined && project.teamId !== task.teamId)
      throw new SlyError('SLY_NOT_FOUND', { detail: `project ${projectId}` });
  }

  app.post<{ Params: { key: string } }>(
    '/tasks/:key/publication',
    { bodyLimit: SMALL_BODY },
    async (request) => {
      const asked = publicationRequest.parse(request.body, 'request');
      const task = await tasks.assertHeld(request.params.key, asked.attempt, request.agentId);
      await assertOwnPlace(asked, task);
      const workspaceId = asked.workspaceId ?? task.workspaceId ?? undefined;
      return publications.begin(request.params.key, {
        ...asked,
        ...(workspaceId !== undefined && { workspaceId }),
      });
    },
  );

  app.put<{ Params: { id: string; number: string } }>(
    '/publications/:id/segments/:number',
    async (request) => {
      const number = pathNumber(request.params.number, 'segment');
      const id = await needPublication(request);
      return publications.putSegment(id, number, segmentLines(request), look);
    },
  );

  app.post<{ Params: { id: string } }>(
    '/publications/:id/commit',
    { bodyLimit: META_BODY },
    async (request) => {
      const asked = commitRequest.parse(request.body, 'request');
      return publications.commit(await needPublication(request), asked);
    },
  );

  app.delete<{ Params: { id: string } }>('/publications/:id', async (request) => {
    const id = await heldPublication(request);
    if (id !== undefined) await publications.drop(id);
    return {};
  });

  app.put<{ Params: { key: string; attempt: string } }>(
    '/tasks/:key/attempts/:attempt/report',
    async (request) => {
      const { key } = request.params;
      const attempt = pathNumber(request.params.attempt, 'attempt');
      await tasks.assertHeld(key, attempt, request.agentId);
      await tasks.putReport(
        key,
        attempt,
        Readable.from(bodyChunks(request, REPORT_BODY), { objectMode: false }),
      );
      return {};
    },
  );

  app.put<{ Params: { key: string; attempt: string } }>(
    '/tasks/:key/attempts/:attempt/run',
    { bodyLimit: MAX_RUN_RECORD_BYTES },
    async (request) => {
      const { key } = request.params;
      const attempt = pathNumber(request.params.attempt, 'attempt');
      const record = runRecord.parse(request.body, 'request');
      await tasks.assertHeld(key, attempt, request.agentId);
      await tasks.putRun(key, attempt, record);
      return {};
    },
  );

  app.post<{ Params: { key: string } }>(
    '/tasks/:key/archive',
    { bodyLimit: SMALL_BODY },
    async (request): Promise<ArchiveReply> => {
      const asked = archiveRequest.parse(request.body, 'request');
      await tasks.assertHeld(request.params.key, asked.attempt, request.agentId);
      const { id, name } = await stores.archives.register(request.params.key, asked);
      return { archiveId: id, link: `/archives/${id}/${encodeURIComponent(name)}` };
    },
  );
}

async function* segmentLines(request: FastifyRequest): AsyncGenerator<PublishLine> {
  let at = 0;
  for await (const line of readLines(bodyChunks(request, SEGMENT_BODY), ITEM_LINE)) {
    at++;
    if (line.truncated)
      throw new SlyError('SLY_TOO_LARGE', { detail: `line ${at}: expected at most ${ITEM_LINE} bytes` });
    yield publishLine(parseJson(line.text, at), `line ${at}`);
  }
}

function publishLine(json: unknown, place: string): PublishLine {
  const kind = isRecord(json) ? json.kind : undefined;
  if (kind === 'figures') return publishFigures.parse(json, place);
  if (kind === 'episode') return publishEpisode.parse(json, place);
  return publishItem.parse(json, place);
}

function parseJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SlyError('SLY_BAD_MESSAGE', { detail: `line ${line} is not JSON`, cause });
  }
}
