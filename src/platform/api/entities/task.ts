/** Tasks as replies have them: in the words of the SDK, and whole. */
import { Type } from 'typebox';
import { RunRecordSchema, RunSummarySchema } from '../../../protocol/run-record.ts';
import {
  CountsSchema,
  FailureSchema,
  ProgressSchema,
  ReportLineSchema,
  ResultSchema,
  TaskSpecSchema,
  TaskStateSchema,
} from '../../../protocol/task.ts';
import { AnyObject, Count, Id, orNull, Time } from '../method.ts';

export const SdkStatus = Type.Enum(['queued', 'consumed', 'started', 'finished', 'error', 'stopped']);

export const SdkTaskEntity = Type.Object(
  {
    id: Id,
    key: Type.String(),
    type: Type.String(),
    status: SdkStatus,
    description: Type.String(),
    agentId: orNull(Id),
    agentName: orNull(Type.String()),
    attempt: Count,
    startedAt: orNull(Time),
    finishedAt: orNull(Time),
    createdAt: Time,
    updatedAt: Time,
    error: orNull(Type.Object({ message: Type.String(), code: Type.String() })),
    output: AnyObject,
    meta: AnyObject,
  },
  { title: 'TaskStatus' },
);

export const TaskEntity = Type.Object(
  {
    id: Id,
    key: Type.String(),
    title: Type.String(),
    state: TaskStateSchema,
    attempt: Count,
    priority: Type.Integer(),
    spec: TaskSpecSchema,
    plugin: orNull(Type.String()),
    because: orNull(Type.String({ description: 'Why this plugin, in one sentence.' })),
    agentId: orNull(Id),
    agentName: orNull(Type.String()),
    progress: orNull(ProgressSchema),
    failure: orNull(FailureSchema),
    result: orNull(ResultSchema),
    waitingBecause: orNull(Type.String()),
    createdAt: Time,
    updatedAt: Time,
    startedAt: orNull(Time),
    endedAt: orNull(Time),
  },
  { title: 'Task' },
);

export const TaskHistory = Type.Object({
  entities: Type.Array(
    Type.Object({
      attempt: Count,
      state: TaskStateSchema,
      at: Time,
      agentName: orNull(Type.String()),
      failure: orNull(FailureSchema),
    }),
  ),
});

export const TaskRuns = Type.Object({
  entities: Type.Array(Type.Object({ attempt: Count, run: RunRecordSchema })),
});

export const LogSlice = Type.Object({
  attempt: Count,
  offset: Count,
  text: Type.String({ description: 'Lines of JSON.' }),
  nextOffset: Count,
  size: Count,
});

export const ReportPage = Type.Object({
  total: Count,
  entities: Type.Array(ReportLineSchema),
  counts: orNull(CountsSchema),
  run: orNull(RunSummarySchema),
});
