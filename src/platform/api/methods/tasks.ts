/** Tasks: what the SDK asks (`info`, `list`, `stop`), and what the page asks besides. */
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { PreviewFileSchema } from '../../../protocol/preview.ts';
import { TASK_STATES } from '../../../protocol/task-state.ts';
import type { TaskView } from '../../ports/tasks.ts';
import type { ApiDeps } from '../api-deps.ts';
import { visibleTo } from '../auth/principal.ts';
import {
  LogSlice,
  ReportPage,
  SdkStatus,
  SdkTaskEntity,
  TaskEntity,
  TaskHistory,
  TaskRuns,
} from '../entities/task.ts';
import { found } from '../found.ts';
import { disposition } from '../http/send-blob.ts';
import { listEntities } from '../lists/filter-entities.ts';
import { listFields, listOf } from '../lists/list-shape.ts';
import { ById, endpoint, given, Id, type MethodTable, maybe, orNull, type Scope } from '../method.ts';
import { readPreview } from '../tasks/read-preview.ts';
import { readReport } from '../tasks/read-report.ts';
import { reportCsv } from '../tasks/report-csv.ts';
import { taskStatus } from '../tasks/task-status.ts';

const MOST_LISTED = 5000;
const MOST_LOG_BYTES = 1 << 20;
const Offset = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const ofTask = ({ id }: { id: number }): Scope => ({ tasks: [id] });

export function taskMethods(deps: ApiDeps): MethodTable {
  const { tasks } = deps;

  async function taskOf(id: number): Promise<TaskView> {
    return found(await tasks.get({ id }), `Task with id: ${id}`);
  }

  async function cancel(id: number): Promise<TaskView> {
    await taskOf(id);
    return tasks.cancel(id, 'asked for over the API');
  }

  return {
    'tasks.info': endpoint(
      {
        about: 'One task in the words of the SDK.',
        needs: 'view',
        of: ofTask,
        request: ById,
        response: SdkTaskEntity,
      },
      async ({ id }) => taskStatus(await taskOf(id), await deps.stores.taskData.get(id)),
    ),

    // One page with the newest: the SDK adds pages up, and new tasks come in while it reads.
    'tasks.list': endpoint(
      {
        about: 'The newest tasks in the words of the SDK, on one page.',
        needs: 'view',
        of: ({ workspaceId }) => ({ workspaces: given(workspaceId) }),
        request: Type.Object({ workspaceId: maybe(Id), ...listFields }),
        response: listOf(SdkTaskEntity),
      },
      async ({ workspaceId, ...input }, { principal }) => {
        const listed = await tasks.list({
          limit: MOST_LISTED,
          ...(workspaceId != null && { workspaceId }),
          ...visibleTo(principal),
        });
        const entities = listed.map((task) => taskStatus(task));
        return listEntities({ ...input, page: null, per_page: MOST_LISTED }, entities);
      },
    ),

    'tasks.stop': endpoint(
      {
        about: 'Cancels a task.',
        needs: 'manage',
        of: ofTask,
        request: ById,
        response: Type.Object({ status: SdkStatus }),
      },
      async ({ id }) => ({ status: taskStatus(await cancel(id)).status }),
    ),

    'tasks.details': endpoint(
      { about: 'One task, whole.', needs: 'view', of: ofTask, request: ById, response: TaskEntity },
      ({ id }) => taskOf(id),
    ),

    'tasks.recent': endpoint(
      {
        about: 'Tasks, the newest first; `before` is the `next` of the page before.',
        needs: 'view',
        request: Type.Object({
          states: maybe(Type.Array(Type.Enum([...TASK_STATES]))),
          before: maybe(Id),
          limit: maybe(Type.Integer({ minimum: 1, maximum: 500 })),
          text: maybe(Type.String({ maxLength: 200 })),
        }),
        response: Type.Object({ entities: Type.Array(TaskEntity), next: orNull(Id) }),
      },
      async ({ states, before, limit, text }, { principal }) => {
        const most = limit ?? 50;
        const entities = await tasks.list({
          limit: most,
          ...visibleTo(principal),
          ...(states != null && states.length > 0 && { states }),
          ...(before != null && { before }),
          ...(text != null && text !== '' && { text }),
        });
        return { entities, next: entities.length < most ? null : (entities.at(-1)?.id ?? null) };
      },
    ),

    'tasks.history': endpoint(
      {
        about: 'Every state a task has been in, by attempt.',
        needs: 'view',
        of: ofTask,
        request: ById,
        response: TaskHistory,
      },
      async ({ id }) => {
        await taskOf(id);
        return { entities: await tasks.history(id) };
      },
    ),

    'tasks.runs': endpoint(
      {
        about:
          'What the runs of a task were and used, by attempt: image and digest, the options really in force, and usage over time.',
        needs: 'view',
        of: ofTask,
        request: ById,
        response: TaskRuns,
      },
      async ({ id }) => {
        await taskOf(id);
        return { entities: await tasks.runs(id) };
      },
    ),

    'tasks.cancel': endpoint(
      { about: 'Cancels a task.', needs: 'manage', of: ofTask, request: ById, response: TaskEntity },
      ({ id }) => cancel(id),
    ),

    'tasks.retry': endpoint(
      {
        about: 'Queues a new attempt of a task that ended.',
        needs: 'manage',
        of: ofTask,
        request: ById,
        response: TaskEntity,
      },
      async ({ id }) => {
        await taskOf(id);
        return tasks.retry(id);
      },
    ),

    'tasks.logs': endpoint(
      {
        about: "A piece of a task's log, from a byte offset.",
        needs: 'view',
        of: ofTask,
        request: Type.Object({
          id: Id,
          attempt: maybe(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
          offset: maybe(Offset),
          maxBytes: maybe(Type.Integer({ minimum: 1, maximum: MOST_LOG_BYTES })),
        }),
        response: LogSlice,
      },
      async ({ id, attempt, offset, maxBytes }) => {
        await taskOf(id);
        return tasks.readLog(id, {
          offset: offset ?? 0,
          maxBytes: maxBytes ?? MOST_LOG_BYTES,
          ...(attempt != null && { attempt }),
        });
      },
    ),

    'tasks.preview': endpoint(
      {
        about:
          'Some items of a dry run with thumbnails and annotations; none when they are not kept any more.',
        needs: 'view',
        of: ofTask,
        request: ById,
        response: PreviewFileSchema,
      },
      async ({ id }) => readPreview(deps.blobs, (await taskOf(id)).result?.samples),
    ),

    'tasks.report': endpoint(
      {
        about: 'What became of the files of a task: one line a file that is not simply done.',
        needs: 'view',
        of: ofTask,
        request: Type.Object({
          id: Id,
          offset: maybe(Offset),
          limit: maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
          status: maybe(Type.String({ maxLength: 20 })),
        }),
        response: ReportPage,
      },
      async ({ id, offset, limit, status }) => {
        const task = await taskOf(id);
        const body = await tasks.openReport(id);
        const page =
          body === undefined
            ? { total: 0, entities: [] }
            : await readReport(body, {
                offset: offset ?? 0,
                limit: limit ?? 200,
                ...(status != null && { status }),
              });
        return { ...page, counts: task.result?.counts ?? null, run: task.result?.run ?? null };
      },
    ),

    'tasks.report.csv': endpoint(
      {
        about: 'The whole report of a task as a CSV file, or its lines of one status.',
        needs: 'view',
        of: ofTask,
        request: Type.Object({ id: Id, status: maybe(Type.String({ maxLength: 20 })) }),
        response: 'bytes',
      },
      async ({ id, status }, { reply }) => {
        await taskOf(id);
        const lines = reportCsv(await tasks.openReport(id), status ?? undefined);
        return reply
          .header('content-disposition', disposition('attachment', `task-${id}-report.csv`))
          .type('text/csv; charset=utf-8')
          .send(Readable.from(lines, { objectMode: false }));
      },
    ),
  };
}
