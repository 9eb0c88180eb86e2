/**
 * How a task's state changes on the platform.
 * Invariants: `setState` is the only statement that writes a state, it checks the move against the table of
 * allowed ones and compares and sets on (state, attempt); every move leaves a line of history; an attempt row
 * has an outcome exactly when its attempt is over, and then never changes again but for `drop_pending`.
 * All verbs run inside the caller's transaction; nobody is told anything before it is committed.
 */
import { backoffDelay } from '../../lib/backoff.ts';
import { type FailureInfo, SlyError, toFailureInfo } from '../../lib/errors.ts';
import type { Task, TaskResult } from '../../protocol/task.ts';
import { assertMove, isActive, type TaskState } from '../../protocol/task-state.ts';
import type { AgentsPolicy } from './policy.ts';
import type { AgentsTransaction, TaskRow } from './tables.ts';
import { placeOf } from './task-place.ts';

export interface MoveContext {
  trx: AgentsTransaction;
  /** Milliseconds since 1970. */
  now: number;
  policy: AgentsPolicy;
  /** Ids of the tasks this transaction changed. */
  touched: Set<number>;
}

interface Change {
  state: TaskState;
  /** When it happened, if not now (reported by an agent that was offline). */
  at?: number;
  failure?: FailureInfo;
  /** Who did it; default: the holder. */
  agentId?: number | null;
  set?: Partial<Omit<TaskRow, 'id' | 'key' | 'state'>>;
}

export interface NewTask {
  task: Task;
  pinnedAgentId: number | null;
  workspaceId: number | null;
  /** Null: the workspace says it. */
  teamId?: number | null;
  createdBy?: number | null;
}

export async function insertTask(ctx: MoveContext, { task, ...owner }: NewTask): Promise<TaskRow> {
  const created = Date.parse(task.createdAt);
  const { workspaceId, teamId = null, createdBy = null } = owner;
  const place = await placeOf(ctx.trx, task.spec, { workspaceId, teamId });
  const row = await ctx.trx
    .insertInto('tasks')
    .values({
      key: task.key,
      title: task.title,
      priority: task.priority,
      spec: JSON.stringify(task.spec),
      wanted_plugin: task.spec.plugin ?? null,
      workspace_id: place.workspaceId,
      team_id: place.teamId,
      created_by: createdBy,
      pinned_agent_id: owner.pinnedAgentId,
      state: 'queued',
      attempt: 1,
      created_at: Number.isNaN(created) ? ctx.now : created,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await addHistory(ctx, row, { state: 'queued' });
  ctx.touched.add(row.id);
  return row;
}

/** queued -> leased: from now on `agentId` alone holds the attempt. */
export async function leaseTo(ctx: MoveContext, row: TaskRow, agentId: number): Promise<TaskRow> {
  await ctx.trx
    .insertInto('attempts')
    .values({ task_id: row.id, attempt: row.attempt, agent_id: agentId, started_at: ctx.now })
    .execute();
  return setState(ctx, row, {
    state: 'leased',
    agentId,
    set: {
      agent_id: agentId,
      lease_until: ctx.now + leaseFor(ctx.policy, row, agentId),
      not_before: null,
      failure: null,
      started_at: ctx.now,
    },
  });
}

/** queued -> leased: the platform does it itself. */
export function leaseToPlatform(ctx: MoveContext, row: TaskRow): Promise<TaskRow> {
  return setState(ctx, row, {
    state: 'leased',
    set: { not_before: null, failure: null, started_at: ctx.now },
  });
}

/** Work that nobody else could do is not taken away because its holder is silent for a while. */
export function leaseFor(policy: AgentsPolicy, row: TaskRow, agentId: number): number {
  return row.pinned_agent_id === agentId && row.cancel_reason === null
    ? policy.pinnedLeaseMs
    : policy.leaseMs;
}

/** A step forward that an agent reports; not for ends. */
export async function advance(
  ctx: MoveContext,
  row: TaskRow,
  change: { state: TaskState; at: number; plugin: string | null; because: string | null },
): Promise<TaskRow> {
  const { state, at, plugin, because } = change;
  return setState(ctx, row, { state, at, set: { plugin, because } });
}

export interface ReportedEnd {
  state: 'succeeded' | 'failed' | 'canceled' | 'queued';
  at: number;
  failure?: FailureInfo;
  result?: TaskResult;
  notBefore?: number;
  plugin: string | null;
  because: string | null;
}

/** The holder says how the attempt ended. Retryable failures are queued again, a bounded number of times. */
export async function endReported(ctx: MoveContext, row: TaskRow, end: ReportedEnd): Promise<TaskRow> {
  const { state, at, failure, plugin, because } = end;
  await endAttempt(ctx, row, 'reported', state);
  const facts = { plugin, because };
  const mayAgain = row.cancel_reason === null && row.retries < ctx.policy.maxRetries;
  const wait = end.notBefore ?? ctx.now + Math.round(backoffDelay(row.retries, retryBounds(ctx.policy)));
  const again = { retries: row.retries + 1, not_before: wait };
  if (state === 'queued' && mayAgain) return requeue(ctx, row, { at, ...(failure && { failure }) }, again);
  if (state === 'succeeded') {
    const result = resultText(end.result);
    return setState(ctx, row, { state, at, set: { ...facts, ...ended(at), result, failure: null } });
  }
  if (state === 'canceled') return setState(ctx, row, { state, at, set: { ...facts, ...ended(at) } });
  const why = failure ?? gaveUp(row);
  const failed = await setState(ctx, row, {
    state: 'failed',
    at,
    failure: why,
    set: { ...facts, ...ended(at), result: resultText(end.result), failure: JSON.stringify(why) },
  });
  if (state === 'queued' || !why.retryable || !mayAgain) return failed;
  return requeue(ctx, failed, { failure: why }, again);
}

/** The holder lost its lease: the next attempt is queued, or the task ends. */
export async function lose(ctx: MoveContext, row: TaskRow, why: string): Promise<TaskRow> {
  await endAttempt(ctx, row, 'lost', null);
  if (row.cancel_reason !== null) return setState(ctx, row, { state: 'canceled', set: ended(ctx.now) });
  const lost = row.lost + 1;
  const failure = toFailureInfo(
    new SlyError('SLY_LEASE_LOST', {
      detail: `attempt ${row.attempt}: ${why}`,
      hint: 'Look at the log of that agent, then retry the task.',
      retryable: true,
    }),
  );
  if (lost < ctx.policy.maxLost) return requeue(ctx, row, { failure }, { lost });
  return setState(ctx, row, {
    state: 'failed',
    failure,
    set: {
      ...ended(ctx.now),
      lost,
      failure: JSON.stringify({
        ...failure,
        detail: `${lost} attempts in a row were lost; ${failure.detail}`,
      }),
    },
  });
}

/** Queued: ends at once. Held: noted, and the lease no longer outlives a silent holder. Ended: nothing. */
export async function askCancel(ctx: MoveContext, row: TaskRow, reason: string): Promise<TaskRow> {
  if (row.state === 'queued') {
    return setState(ctx, row, { state: 'canceled', set: { ...ended(ctx.now), cancel_reason: reason } });
  }
  if (!isActive(row.state) || row.cancel_reason !== null) return row;
  const until = Math.min(row.lease_until ?? ctx.now, ctx.now + ctx.policy.leaseMs);
  return update(ctx, row, { cancel_reason: reason, lease_until: until });
}

/** failed | canceled -> queued with the next attempt, all counters from the start. */
export async function retry(ctx: MoveContext, row: TaskRow): Promise<TaskRow> {
  return requeue(ctx, row, {}, { lost: 0, retries: 0, cancel_reason: null, failure: null, not_before: null });
}

async function requeue(
  ctx: MoveContext,
  row: TaskRow,
  why: { failure?: FailureInfo; at?: number },
  set: Partial<Omit<TaskRow, 'id' | 'key' | 'state'>>,
): Promise<TaskRow> {
  const failure = why.failure === undefined ? {} : { failure: JSON.stringify(why.failure) };
  const last = await ctx.trx
    .selectFrom('attempts')
    .select((eb) => eb.fn.max('attempt').as('attempt'))
    .where('task_id', '=', row.id)
    .executeTakeFirst();
  // A task that was canceled before anybody took it keeps its number.
  const attempt = Number(last?.attempt ?? 0) + 1;
  return setState(ctx, row, {
    state: 'queued',
    agentId: null,
    ...why,
    set: {
      ...{ attempt, agent_id: null, lease_until: null, started_at: null, ended_at: null, result: null },
      ...failure,
      ...set,
    },
  });
}

async function endAttempt(
  ctx: MoveContext,
  row: TaskRow,
  outcome: 'reported' | 'lost',
  state: TaskState | null,
): Promise<void> {
  await ctx.trx
    .updateTable('attempts')
    .set({ outcome, end_state: state, ended_at: ctx.now, drop_pending: state === 'succeeded' ? 0 : 1 })
    .where('task_id', '=', row.id)
    .where('attempt', '=', row.attempt)
    .where('outcome', 'is', null)
    .execute();
}

async function setState(ctx: MoveContext, row: TaskRow, change: Change): Promise<TaskRow> {
  assertMove(row.state, change.state, row.key);
  const next = await update(ctx, row, { ...change.set, state: change.state });
  await addHistory(ctx, next, { agentId: row.agent_id, ...change });
  return next;
}

async function update(
  ctx: MoveContext,
  row: TaskRow,
  set: Partial<Omit<TaskRow, 'id' | 'key'>>,
): Promise<TaskRow> {
  const next = await ctx.trx
    .updateTable('tasks')
    .set({ ...set, updated_at: ctx.now })
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .where('attempt', '=', row.attempt)
    .returningAll()
    .executeTakeFirst();
  if (next === undefined) {
    throw new SlyError('SLY_TASK_MOVE', {
      detail: `task ${row.key} is no longer ${row.state} in attempt ${row.attempt}`,
    });
  }
  ctx.touched.add(row.id);
  return next;
}

async function addHistory(
  ctx: MoveContext,
  row: TaskRow,
  entry: { state: TaskState; at?: number; failure?: FailureInfo; agentId?: number | null },
): Promise<void> {
  await ctx.trx
    .insertInto('task_history')
    .values({
      task_id: row.id,
      attempt: row.attempt,
      state: entry.state,
      at: entry.at ?? ctx.now,
      agent_id: entry.agentId ?? null,
      failure: entry.failure === undefined ? null : JSON.stringify(entry.failure),
    })
    .execute();
}

const resultText = (result: TaskResult | undefined): string | null =>
  result === undefined ? null : JSON.stringify(result);

function ended(at: number) {
  return { ended_at: at, lease_until: null, not_before: null };
}

function retryBounds(policy: AgentsPolicy) {
  return { baseMs: policy.retryBaseMs, capMs: policy.retryCapMs };
}

function gaveUp(row: TaskRow): FailureInfo {
  return toFailureInfo(
    new SlyError('SLY_INTERNAL', {
      detail: `the agent ended attempt ${row.attempt} without saying why`,
      hint: 'Look at the log of the task.',
    }),
  );
}
