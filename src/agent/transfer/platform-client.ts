/** `PlatformClient` over HTTP: the data plane calls of src/protocol/publish.ts. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SlyError } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';
import { readLines } from '../../lib/lines.ts';
import { createParser } from '../../lib/schema.ts';
import {
  type ArchiveReply,
  type CommitReply,
  ExportItemSchema,
  type ExportProject,
  type PublicationReply,
  type SegmentReply,
  type TaskTokenReply,
} from '../../protocol/publish.ts';
import type { PlatformClient, SupportSender } from '../ports/platform.ts';
import type { PlatformHttp } from './platform-http.ts';

const exportItem = createParser(ExportItemSchema, 'SLY_BAD_MESSAGE');
const PAGE = 500;
/** An annotation of one item may be large (bitmaps of a whole microscope slide), but not endless. */
const MAX_ITEM_LINE = 256 << 20;
const JSON_TYPE = { 'content-type': 'application/json' };
const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' };

export function createPlatformClient(http: PlatformHttp): PlatformClient & SupportSender {
  const post = <T>(path: string, body: unknown, signal: AbortSignal): Promise<T> =>
    http.json<T>({ method: 'POST', path, headers: JSON_TYPE, body: () => JSON.stringify(body), signal });

  return {
    beginPublication: (taskKey, request, signal) =>
      post<PublicationReply>(`/agents/v1/tasks/${taskKey}/publication`, request, signal),

    putSegment: (publicationId, number, lines, signal) =>
      http.json<SegmentReply>({
        method: 'PUT',
        path: `/agents/v1/publications/${publicationId}/segments/${number}`,
        headers: NDJSON_TYPE,
        body: () => lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
        signal,
      }),

    commit: (publicationId, request, signal) =>
      post<CommitReply>(`/agents/v1/publications/${publicationId}/commit`, request, signal),

    async dropPublication(publicationId, signal) {
      await http.json({ method: 'DELETE', path: `/agents/v1/publications/${publicationId}`, signal });
    },

    async putReport(taskKey, attempt, file, signal) {
      await http.json({
        method: 'PUT',
        path: `/agents/v1/tasks/${taskKey}/attempts/${attempt}/report`,
        headers: NDJSON_TYPE,
        body: () => createReadStream(file),
        signal,
      });
    },

    async putRun(taskKey, attempt, record, signal) {
      await http.json({
        method: 'PUT',
        path: `/agents/v1/tasks/${taskKey}/attempts/${attempt}/run`,
        headers: JSON_TYPE,
        body: () => JSON.stringify(record),
        signal,
      });
    },

    async putSupportBundle(id, bytes, signal) {
      await http.json({
        method: 'PUT',
        path: `/agents/v1/support-bundles/${encodeURIComponent(id)}`,
        headers: { 'content-type': 'application/octet-stream' },
        body: () => bytes,
        signal,
      });
    },

    async findProjects(word, signal) {
      const path = `/agents/v1/projects?find=${encodeURIComponent(word)}`;
      const reply = await http.json<{ projects: { id: number; name: string }[] }>({
        method: 'GET',
        path,
        signal,
      });
      return reply.projects;
    },

    exportProject: (projectId, signal) =>
      http.json<ExportProject>({ method: 'GET', path: `/agents/v1/projects/${projectId}`, signal }),

    // By pages, each read whole: a broken page is asked again without a gap or a double.
    async *exportItems(projectId, options, signal) {
      const datasets = options.datasetIds === undefined ? '' : `&datasets=${options.datasetIds.join(',')}`;
      for (let after = 0; ; ) {
        const response = await http.stream({
          method: 'GET',
          path: `/agents/v1/projects/${projectId}/items?after=${after}&limit=${PAGE}${datasets}`,
          signal,
        });
        let count = 0;
        for await (const line of readLines(response.body, MAX_ITEM_LINE)) {
          if (line.truncated)
            throw new SlyError('SLY_BAD_MESSAGE', { detail: `an item of project ${projectId} is too large` });
          const item = exportItem.parse(JSON.parse(line.text), 'item of a project');
          after = item.id;
          count++;
          yield item;
        }
        if (count < PAGE) return;
      }
    },

    async exportAnnotation(of, target, signal) {
      const owner = 'itemId' in of ? `items/${of.itemId}` : `datasets/${of.datasetId}`;
      const temp = path.join(path.dirname(target), `.${newKey()}.tmp`);
      try {
        await http.read({ method: 'GET', path: `/agents/v1/${owner}/annotation`, signal }, (body) =>
          pipeline(body, createWriteStream(temp, { flush: true }), { signal }),
        );
        await rename(temp, target);
      } catch (error) {
        await rm(temp, { force: true });
        throw error;
      }
    },

    taskToken: (taskKey, attempt, signal) =>
      post<TaskTokenReply>(`/agents/v1/tasks/${taskKey}/token`, { attempt }, signal),

    registerArchive: (taskKey, request, signal) =>
      post<ArchiveReply>(`/agents/v1/tasks/${taskKey}/archive`, request, signal),
  };
}
