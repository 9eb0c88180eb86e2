/** What this server keeps, for how long and why, and what its next clean-up would take. */
import { Type } from 'typebox';
import { type RetentionTable, RetentionTableSchema } from '../../../protocol/questions.ts';
import { GRACE_MS } from '../../ports/keeping.ts';
import type { ApiDeps } from '../api-deps.ts';
import { Count, endpoint, type MethodTable } from '../method.ts';

export function retentionMethods(deps: ApiDeps): MethodTable {
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

  return {
    'instance.retention': endpoint(
      {
        about: 'What this server keeps, for how long and why, and when it cleans up next.',
        needs: 'view',
        request: Type.Object({}),
        response: RetentionTableSchema,
      },
      async () => {
        const { lastAt, lastRemoved, nextAt } = deps.garbage.state();
        return { rows: rowsOf(deps), lastAt: time(lastAt), lastRemoved, nextAt: time(nextAt) };
      },
    ),

    'instance.retention.preview': endpoint(
      {
        about: 'What a clean-up of this server would remove right now; removes nothing.',
        needs: 'admin',
        request: Type.Object({}),
        response: Type.Object({
          archives: Count,
          /** Projects and datasets. */
          archived: Count,
          blobs: Count,
          /** There are more blobs than were counted. */
          more: Type.Boolean(),
        }),
      },
      () => deps.garbage.preview(),
    ),
  };
}

function rowsOf({ retention }: ApiDeps): RetentionTable['rows'] {
  return [
    {
      what: 'Items of projects, team files',
      keptMs: null,
      until: 'until a person removes them',
      why: 'They are what this server is for.',
      setting: null,
    },
    {
      what: 'Removed projects and datasets',
      keptMs: GRACE_MS.archived,
      until: 'from their removal, out of sight',
      why: 'One that was removed by mistake can be brought back from the database.',
      setting: null,
    },
    {
      what: 'Archives of exports',
      keptMs: retention.archiveMs,
      until: 'from their making',
      why: 'They can be made again; a link that was passed on works for this long.',
      setting: { name: 'archive_days', origin: retention.archiveFrom ?? 'default' },
    },
    {
      what: 'Uploads nobody came back to',
      keptMs: GRACE_MS.uploads,
      until: 'from their last byte',
      why: 'A broken upload goes on where it was.',
      setting: null,
    },
    {
      what: 'Bytes that nothing names any more',
      keptMs: GRACE_MS.blobs,
      until: 'from their last use',
      why: 'An upload under way counts on bytes that are here already.',
      setting: null,
    },
    {
      what: 'Small pictures for this page',
      keptMs: null,
      until: 'until the cache is full; the longest unused go first',
      why: 'They are made again when somebody looks.',
      setting: null,
    },
    {
      what: 'Tasks with their logs and reports',
      keptMs: null,
      until: 'as long as this server',
      why: 'They tell where a project came from. A log is cut at its limit.',
      setting: null,
    },
  ];
}
