/**
 * What an agent's event does. Called once for each (journal, number), in order, inside the transaction that
 * also moves `ack_seq`. Never throws for what an agent says: an event that cannot be applied would come again
 * for ever and hold up all that follow; it is skipped and the reason given back.
 */
import { type FailureInfo, SlyError, toFailureInfo } from '../../lib/errors.ts';
import type { AgentEvent } from '../../protocol/link.ts';
import type { Task } from '../../protocol/task.ts';
import { canMove, isActive, isFinal } from '../../protocol/task-state.ts';
import type { TaskRow } from './tables.ts';
import {
  advance,
  askCancel,
  endReported,
  insertTask,
  leaseTo,
  type MoveContext,
  retry,
} from './task-moves.ts';

/** Undefined: applied, or rightly without effect. */
export type EventProblem = FailureInfo | undefined;

type StateEvent = Extract<AgentEvent, { type: 'task.state' }>;

/** Queued, this very attempt next, and nobody else is being asked: who has it in its journal may have it. */
export type MayAdopt = (row: TaskRow, agentId: number) => boolean;

export interface EventSender {
  agentId: number;
  mayAdopt: MayAdopt;
}

export async function applyEvent(
  ctx: MoveContext,
  sender: EventSender,
  event: AgentEvent,
): Promise<EventProblem> {
  const { agentId } = sender;
  switch (event.type) {
    case 'task.created':
      return applyCreated(ctx, agentId, event.task);
    case 'task.state':
      return applyState(ctx, sender, event);
    case 'task.retry':
    case 'task.cancel':
      return applyRequest(ctx, agentId, event);
  }
}

async function applyCreated(ctx: MoveContext, agentId: number, task: Task): Promise<EventProblem> {
  if ((await find(ctx, task.key)) !== undefined) return undefined;
  if (task.spec.action === 'import' && task.spec.source.kind === 'project') {
    return toFailureInfo(
      new SlyError('SLY_FORBIDDEN', { detail: `task ${task.key}: an agent may not have a project copied` }),
    );
  }
  const onItsDisk = task.spec.action === 'import' && task.spec.source.kind !== 'blobs';
  const workspaceId = task.spec.action === 'import' ? (task.spec.workspaceId ?? null) : null;
  const agent = await ctx.trx
    .selectFrom('agents')
    .select('team_id')
    .where('id', '=', agentId)
    .executeTakeFirst();
  const teamId = agent?.team_id ?? null;
  const row = await insertTask(ctx, { task, pinnedAgentId: onItsDisk ? agentId : null, workspaceId, teamId });
  await leaseTo(ctx, row, agentId);
  return undefined;
}

async function applyState(ctx: MoveContext, sender: EventSender, event: StateEvent): Promise<EventProblem> {
  const { agentId, mayAdopt } = sender;
  let row = await find(ctx, event.key);
  if (row === undefined) return unknown(event.key);
  // The fence: only who holds this very attempt may say how it goes.
  if (row.attempt !== event.attempt) return undefined;
  // The agent took an offer and its accept was lost: that it works on it is as good as the accept.
  if (row.state === 'queued' && mayAdopt(row, agentId)) row = await leaseTo(ctx, row, agentId);
  if (row.agent_id !== agentId || !isActive(row.state)) return undefined;
  if (!canMove(row.state, event.state)) {
    return toFailureInfo(
      new SlyError('SLY_TASK_MOVE', { detail: `task ${row.key}: ${row.state} -> ${event.state}` }),
    );
  }
  const at = timeOf(event.at) ?? ctx.now;
  const facts = {
    plugin: event.plugin ?? event.result?.plugin ?? row.plugin,
    because: event.because ?? event.result?.because ?? row.because,
  };
  const { state } = event;
  if (!isFinal(state) && state !== 'queued') {
    await advance(ctx, row, { state, at, ...facts });
    return undefined;
  }
  const notBefore = event.notBefore === undefined ? undefined : timeOf(event.notBefore);
  await endReported(ctx, row, {
    state: state as 'succeeded' | 'failed' | 'canceled' | 'queued',
    at,
    ...facts,
    ...(event.failure === undefined ? {} : { failure: event.failure }),
    ...(event.result === undefined ? {} : { result: event.result }),
    ...(notBefore === undefined ? {} : { notBefore }),
  });
  return undefined;
}

async function applyRequest(
  ctx: MoveContext,
  agentId: number,
  event: Extract<AgentEvent, { type: 'task.retry' | 'task.cancel' }>,
): Promise<EventProblem> {
  const row = await find(ctx, event.key);
  if (row === undefined) return unknown(event.key);
  if (!(await concerns(ctx, row, agentId))) {
    return toFailureInfo(
      new SlyError('SLY_FORBIDDEN', { detail: `task ${row.key} was never with this agent` }),
    );
  }
  if (event.type === 'task.cancel') await askCancel(ctx, row, 'canceled by the operator of the agent');
  else if (canMove(row.state, 'queued') && isFinal(row.state)) await retry(ctx, row);
  return undefined;
}

/** The operator of an agent may speak for its own tasks, not for those of others. */
async function concerns(ctx: MoveContext, row: TaskRow, agentId: number): Promise<boolean> {
  if (row.pinned_agent_id === agentId) return true;
  const had = await ctx.trx
    .selectFrom('attempts')
    .select('attempt')
    .where('task_id', '=', row.id)
    .where('agent_id', '=', agentId)
    .limit(1)
    .executeTakeFirst();
  return had !== undefined;
}

export function find(ctx: MoveContext, key: string): Promise<TaskRow | undefined> {
  return ctx.trx.selectFrom('tasks').selectAll().where('key', '=', key).executeTakeFirst();
}

function unknown(key: string): FailureInfo {
  return toFailureInfo(new SlyError('SLY_TASK_UNKNOWN', { detail: `task ${key}` }));
}

function timeOf(iso: string): number | undefined {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? undefined : at;
}
