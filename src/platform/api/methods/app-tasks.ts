/**
 * What a script says about the task it runs in, as the SDK does: output, fields, meta, log lines. A script names
 * its task in the request or in the header `x-task-id`.
 */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { isFinal } from '../../../protocol/task-state.ts';
import type { TaskView } from '../../ports/tasks.ts';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { sendJsonArray } from '../http/stream-json.ts';
import { AnyObject, Count, DONE, Done, endpoint, given, Id, type MethodTable, maybe } from '../method.ts';
import { getField, setField } from '../tasks/task-fields.ts';
import { taskStatus } from '../tasks/task-status.ts';

const LOG_PIECE_BYTES = 1 << 20;
const LINES_AT_ONCE = 1000;
const MOST_LINE_BYTES = 64 << 10;

const STATUSES = ['queued', 'consumed', 'started', 'deployed', 'error', 'finished', 'terminating', 'stopped'];
const ByTask = { taskId: Id };
const Field = Type.String({ minLength: 1, maxLength: 1000 });
const Change = Type.Object({
  field: Field,
  payload: Type.Unknown(),
  append: maybe(Type.Boolean()),
  recursive: maybe(Type.Boolean()),
});

export function appTaskMethods(deps: ApiDeps): MethodTable {
  const { stores, tasks } = deps;
  const { taskData } = stores;

  async function taskOf(id: number): Promise<TaskView> {
    return found(await tasks.get({ id }), `Task with id: ${id}`);
  }

  return {
    'tasks.status.update': endpoint(
      {
        about:
          'Cancels a task (`stopped`, `terminating`); any other state is told by the agent that holds it.',
        needs: 'manage',
        of: ({ id }) => ({ tasks: [id] }),
        request: Type.Object({ id: Id, status: Type.Enum(STATUSES) }),
        response: Done,
      },
      async ({ id, status }) => {
        const task = await taskOf(id);
        const now = taskStatus(task).status;
        if (status === now) return DONE;
        if ((status === 'stopped' || status === 'terminating') && !isFinal(task.state)) {
          await tasks.cancel(id, 'asked for over the API');
          return DONE;
        }
        throw new SlyError('SLY_TASK_MOVE', {
          detail: `task ${id} is ${now}; it becomes ${status} when the agent that holds it says so`,
        });
      },
    ),

    'tasks.output.set': endpoint(
      {
        about:
          'What the page shows as the outcome of a task; a kind of output (`project`, `general`) replaces the one before.',
        needs: 'manage',
        of: ofTask,
        request: Type.Object({ ...ByTask, output: AnyObject }),
        response: Done,
      },
      async ({ taskId, output }) => {
        await taskOf(taskId);
        await taskData.update(taskId, (note) => ({ output: { ...note.output, ...output } }));
        return DONE;
      },
    ),

    'tasks.data.set': endpoint(
      {
        about: 'Sets fields of the data of a task, or adds to them; all or none.',
        needs: 'manage',
        of: ofTask,
        request: Type.Object({ ...ByTask, fields: Type.Array(Change, { maxItems: 10_000 }) }),
        response: Done,
      },
      async ({ taskId, fields }) => {
        await taskOf(taskId);
        await taskData.update(taskId, (note) => ({ fields: fields.reduce(setField, note.fields) }));
        return DONE;
      },
    ),

    'tasks.data.get': endpoint(
      {
        about: 'Fields of the data of a task; null for one that was never set.',
        needs: 'view',
        of: ofTask,
        request: Type.Object({ ...ByTask, fields: Type.Array(Field, { maxItems: 10_000 }) }),
        response: Type.Object({ result: AnyObject }),
      },
      async ({ taskId, fields }) => {
        await taskOf(taskId);
        const note = await taskData.get(taskId);
        return { result: Object.fromEntries(fields.map((field) => [field, getField(note.fields, field)])) };
      },
    ),

    'tasks.meta.update': endpoint(
      {
        about: 'Keeps whatever keys are given beside `id` as the meta of a task.',
        needs: 'manage',
        of: ({ id }) => ({ tasks: [id] }),
        request: Type.Object({ id: Id }, { additionalProperties: true }),
        response: Done,
      },
      async ({ id, ...more }) => {
        await taskOf(id);
        await taskData.update(id, (note) => ({ meta: { ...note.meta, ...withoutTaskId(more) } }));
        return DONE;
      },
    ),

    'tasks.logs.add': endpoint(
      {
        about: 'Adds lines to the log of a task; what is over its room is counted and left out.',
        needs: 'manage',
        of: ({ taskId }) => ({ tasks: given(taskId) }),
        request: Type.Object({
          taskId: maybe(Id),
          logs: Type.Array(Type.Unknown(), { maxItems: 100_000 }),
        }),
        response: Type.Object({ added: Count, dropped: Count }),
      },
      async ({ taskId, logs }) => {
        if (taskId == null)
          throw new SlyError('SLY_USAGE', { detail: 'expected taskId or the header x-task-id, got neither' });
        await taskOf(taskId);
        return taskData.addLog(taskId, logs.map(logLine));
      },
    ),

    'tasks.log.download': endpoint(
      {
        about:
          'The whole log of a task as one array: the lines of its newest attempt, then those its script added.',
        needs: 'view',
        of: (input) => ({ tasks: given(taskIdOf(input)) }),
        request: Type.Object({ id: maybe(Id), taskId: maybe(Id) }),
        response: Type.Array(Type.Unknown()),
      },
      async (input, { reply }) => {
        const id = taskIdOf(input);
        if (id === null) throw new SlyError('SLY_USAGE', { detail: 'expected the id of a task, got none' });
        await taskOf(id);
        return sendJsonArray(reply, logPages(deps, id));
      },
    ),

    'tasks.request.direct': endpoint(
      {
        about: 'Refused: tasks here are conversions, none of them listens for requests.',
        needs: 'manage',
        of: ofTask,
        request: Type.Object({ ...ByTask, command: maybe(Type.String({ maxLength: 1000 })) }),
        response: Type.Unknown(),
      },
      async ({ taskId, command }) => {
        await taskOf(taskId);
        throw new SlyError('SLY_USAGE', {
          detail: `task ${taskId} is no application that listens, ${JSON.stringify(command ?? '')} cannot be sent to it`,
          hint: 'tasks.info tells how far it is, tasks.stop ends it.',
        });
      },
    ),
  };
}

const ofTask = ({ taskId }: { taskId: number }) => ({ tasks: [taskId] });

/** The path asks for one task; the header of the caller's own comes second. */
const taskIdOf = (input: { id?: number | null; taskId?: number | null }): number | null =>
  input.id ?? input.taskId ?? null;

/** The header of the caller's own task is no part of what it says. */
function withoutTaskId({ taskId: _own, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

/** One JSON object a line, cut when it is too long. */
function logLine(entry: unknown): string {
  const isEntry = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  const text = JSON.stringify(isEntry ? entry : { message: entry });
  if (Buffer.byteLength(text) <= MOST_LINE_BYTES) return text;
  const message = isEntry && 'message' in entry ? String(entry.message) : text;
  return JSON.stringify({ message: message.slice(0, MOST_LINE_BYTES / 8), cut: true });
}

async function* logPages({ stores, tasks }: ApiDeps, id: number): AsyncGenerator<readonly unknown[]> {
  let attempt: number | undefined;
  for (let offset = 0; ; ) {
    const of = attempt === undefined ? {} : { attempt };
    const slice = await tasks.readLog(id, { offset, maxBytes: LOG_PIECE_BYTES, ...of });
    yield slice.text.split('\n').flatMap(parsed);
    if (slice.nextOffset <= offset) break;
    ({ attempt, nextOffset: offset } = slice);
  }
  for (let after = 0; ; ) {
    const lines = await stores.taskData.log(id, { after, limit: LINES_AT_ONCE });
    yield lines.flatMap(({ line }) => parsed(line));
    const last = lines.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

function parsed(line: string): unknown[] {
  if (line.trim() === '') return [];
  try {
    return [JSON.parse(line) as unknown];
  } catch {
    return [{ message: line } satisfies Static<typeof AnyObject>];
  }
}
