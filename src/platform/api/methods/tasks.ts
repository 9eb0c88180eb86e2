/** Tasks: what the SDK asks (`info`, `list`, `stop`), and what the page asks besides. */
import { Type } from 'typebox';
import { TASK_STATES } from '../../../protocol/task-state.ts';
import type { TaskView } from '../../ports.ts';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { listFields } from '../list-shape.ts';
import { ById, Id, type MethodTable, maybe, method } from '../method.ts';
import { readReport } from '../read-report.ts';
import { taskStatus } from '../task-status.ts';

const MOST_LISTED = 5000;
const MOST_LOG_BYTES = 1 << 20;
const Offset = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

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
    'tasks.info': method(ById, async ({ id }) => taskStatus(await taskOf(id))),

    // One page with the newest: the SDK adds pages up, and new tasks come in while it reads.
    'tasks.list': method(Type.Object({ workspaceId: maybe(Id), ...listFields }), async () => {
      const listed = await tasks.list({ limit: MOST_LISTED });
      return { total: listed.length, perPage: MOST_LISTED, pagesCount: 1, entities: listed.map(taskStatus) };
    }),

    'tasks.stop': method(ById, async ({ id }) => ({ status: taskStatus(await cancel(id)).status })),

    'tasks.details': method(ById, ({ id }) => taskOf(id)),

    /** Newest first; `before` is the `next` of the page before. */
    'tasks.recent': method(
      Type.Object({
        states: maybe(Type.Array(Type.Enum([...TASK_STATES]))),
        before: maybe(Id),
        limit: maybe(Type.Integer({ minimum: 1, maximum: 500 })),
        text: maybe(Type.String({ maxLength: 200 })),
      }),
      async ({ states, before, limit, text }) => {
        const most = limit ?? 50;
        const entities = await tasks.list({
          limit: most,
          ...(states != null && states.length > 0 && { states }),
          ...(before != null && { before }),
          ...(text != null && text !== '' && { text }),
        });
        return { entities, next: entities.length < most ? null : (entities.at(-1)?.id ?? null) };
      },
    ),

    'tasks.history': method(ById, async ({ id }) => {
      await taskOf(id);
      return { entities: await tasks.history(id) };
    }),

    'tasks.cancel': method(ById, ({ id }) => cancel(id)),

    'tasks.retry': method(ById, async ({ id }) => {
      await taskOf(id);
      return tasks.retry(id);
    }),

    'tasks.logs': method(
      Type.Object({
        id: Id,
        attempt: maybe(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
        offset: maybe(Offset),
        maxBytes: maybe(Type.Integer({ minimum: 1, maximum: MOST_LOG_BYTES })),
      }),
      async ({ id, attempt, offset, maxBytes }) => {
        await taskOf(id);
        return tasks.readLog(id, {
          offset: offset ?? 0,
          maxBytes: maxBytes ?? MOST_LOG_BYTES,
          ...(attempt != null && { attempt }),
        });
      },
    ),

    'tasks.report': method(
      Type.Object({
        id: Id,
        offset: maybe(Offset),
        limit: maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
        status: maybe(Type.String({ maxLength: 20 })),
      }),
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
        return { ...page, counts: task.result?.counts ?? null };
      },
    ),
  };
}
