/**
 * Brings queued tasks to agents.
 * Invariants: a task is offered to one agent at a time; an offer is a question and changes nothing: the lease
 * begins in the transaction that handles the accept; a higher priority goes first, then the older task; an
 * agent that refused is asked again later, each time after a longer while.
 */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { createLoop } from '../../lib/loop.ts';
import type { TaskSpec } from '../../protocol/task.ts';
import type { MayAdopt } from './apply-event.ts';
import { judge, type LeaseKeeper, reportedBy } from './leases.ts';
import { type LiveAgent, type LiveAgents, type Ref, refId } from './live-agents.ts';
import type { AgentsPolicy } from './policy.ts';
import type { AgentsDatabase, TaskRow } from './tables.ts';
import type { TaskWriter } from './task-writer.ts';
import { busyBecause } from './waiting-reason.ts';

export interface Dispatcher {
  start(): void;
  stop(): Promise<void>;
  /** Something changed that may let a task go: look now. */
  notify(): void;
  accepted(agent: LiveAgent, ref: Ref): Promise<void>;
  rejected(agent: LiveAgent, ref: Ref, reason: string): void;
  /** An agent that ended an attempt has room again: earlier refusals count no more. */
  relieved(agentId: number): void;
  gone(agentId: number): void;
  /** The task is not queued any more. */
  settled(taskId: number): void;
  mayAdopt: MayAdopt;
  offeredTo(taskId: number): string | undefined;
  refusals(taskId: number): { agentName: string; reason: string }[];
}

export interface DispatcherDeps {
  db: AgentsDatabase;
  live: LiveAgents;
  writer: TaskWriter;
  leases: LeaseKeeper;
  /** Work that belongs to the same rhythm: what ended attempts left behind. */
  afterSweep: () => Promise<void>;
  policy: AgentsPolicy;
  clock: Clock;
  log: Logger;
}

interface Offer extends Ref {
  agentId: number;
  agentName: string;
  until: number;
}

interface Refusal {
  agentId: number;
  agentName: string;
  reason: string;
  count: number;
  until: number;
}

const PAUSE_BASE_MS = 100;
const AGENT_PAUSE_CAP_MS = 2_000;
const TASK_PAUSE_CAP_MS = 30_000;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { db, live, writer, policy, clock, log } = deps;
  const offers = new Map<number, Offer>();
  const refusals = new Map<number, Map<number, Refusal>>();
  const pauses = new Map<number, { count: number; until: number }>();
  let wake: NodeJS.Timeout | undefined;

  const loop = createLoop({ name: 'dispatch', intervalMs: policy.tickMs, round, clock, log });

  async function round(signal: AbortSignal): Promise<void> {
    for (const { agentId, ref } of await deps.leases.sweep()) {
      log.warn({ agentId, taskKey: ref.key, attempt: ref.attempt }, 'lease lost');
      const agent = live.get(agentId);
      agent?.held.delete(refId(ref));
      agent?.send({ type: 'beat', lost: [ref], time: new Date(clock.now()).toISOString() });
    }
    await deps.afterSweep();
    for (const [taskId, offer] of offers) {
      if (offer.until > clock.now()) continue;
      offers.delete(taskId);
      refuse(taskId, offer, 'it did not answer in time');
    }
    for (let offered = true; offered && !signal.aborted; ) {
      offered = false;
      for (const agent of freeAgents()) offered = (await offerNext(agent)) || offered;
    }
  }

  function freeSlots(agent: LiveAgent): number {
    if (!agent.ready || busyBecause(agent) !== undefined) return 0;
    if ((pauses.get(agent.agentId)?.until ?? 0) > clock.now()) return 0;
    const asked = [...offers.values()].filter((offer) => offer.agentId === agent.agentId).length;
    return agent.telemetry.slots.cpu - agent.held.size - asked;
  }

  /** The idlest first, so that work spreads. */
  function freeAgents(): LiveAgent[] {
    return live
      .all()
      .map((agent) => ({ agent, free: freeSlots(agent) }))
      .filter(({ free }) => free > 0)
      .sort((a, b) => b.free - a.free)
      .map(({ agent }) => agent);
  }

  async function offerNext(agent: LiveAgent): Promise<boolean> {
    const row = await pick(agent);
    if (row === undefined || live.get(agent.agentId) !== agent || freeSlots(agent) <= 0) return false;
    // Another round cannot have offered it: rounds do not overlap.
    const { key, attempt } = row;
    offers.set(row.id, {
      key,
      attempt,
      agentId: agent.agentId,
      agentName: agent.name,
      until: clock.now() + policy.offerMs,
    });
    agent.send({ type: 'offer', task: toTask(row), attempt });
    log.debug({ agentId: agent.agentId, taskKey: key, attempt }, 'task offered');
    return true;
  }

  async function pick(agent: LiveAgent): Promise<TaskRow | undefined> {
    const now = clock.now();
    const skip = new Set(offers.keys());
    for (const [taskId, byAgent] of refusals) {
      if ((byAgent.get(agent.agentId)?.until ?? 0) > now) skip.add(taskId);
    }
    // Asked once, not for each task: an agent of one team takes tasks of that team alone.
    const teamOf = sql`(select a.team_id from agents a where a.id = ${agent.agentId})`;
    const ids = await db
      .selectFrom('tasks')
      .select('id')
      // A literal: SQLite uses a partial index only when it sees the condition itself.
      .where('state', '=', sql.lit('queued'))
      .where((eb) => eb.or([eb('pinned_agent_id', 'is', null), eb('pinned_agent_id', '=', agent.agentId)]))
      .where(sql<boolean>`(${teamOf} is null or team_id = ${teamOf})`)
      .where((eb) => eb.or([eb('not_before', 'is', null), eb('not_before', '<=', now)]))
      .where((eb) => eb.or([eb('wanted_plugin', 'is', null), eb('wanted_plugin', 'in', [...agent.plugins])]))
      .orderBy('priority', 'desc')
      .orderBy('id')
      .limit(skip.size + 1)
      .execute();
    const first = ids.find(({ id }) => !skip.has(id));
    if (first === undefined) return undefined;
    const row = await db.selectFrom('tasks').selectAll().where('id', '=', first.id).executeTakeFirst();
    return row?.state === 'queued' ? row : undefined;
  }

  function refuse(taskId: number, offer: { agentId: number; agentName: string }, reason: string): void {
    const now = clock.now();
    const byAgent = refusals.get(taskId) ?? new Map<number, Refusal>();
    const count = (byAgent.get(offer.agentId)?.count ?? 0) + 1;
    const { agentId, agentName } = offer;
    byAgent.set(agentId, { agentId, agentName, reason, count, until: now + pause(count, TASK_PAUSE_CAP_MS) });
    refusals.set(taskId, byAgent);
    const times = (pauses.get(agentId)?.count ?? 0) + 1;
    const wait = pause(times, AGENT_PAUSE_CAP_MS);
    pauses.set(agentId, { count: times, until: now + wait });
    clearTimeout(wake);
    wake = setTimeout(() => loop.notify(), wait + 1).unref();
  }

  /** Takes the offer back if it is this agent's; undefined when there is none any more. */
  function takeOffer(agentId: number, ref: Ref): { taskId: number; offer: Offer } | undefined {
    for (const [taskId, offer] of offers) {
      if (offer.agentId !== agentId || offer.key !== ref.key || offer.attempt !== ref.attempt) continue;
      offers.delete(taskId);
      return { taskId, offer };
    }
    return undefined;
  }

  const mayAdopt: MayAdopt = (row, agentId) => {
    const offer = offers.get(row.id);
    const isAsked = offer !== undefined && offer.agentId !== agentId;
    return !isAsked && (row.pinned_agent_id === null || row.pinned_agent_id === agentId);
  };

  return {
    start: () => loop.start(),
    async stop() {
      clearTimeout(wake);
      await loop.stop();
    },
    notify: () => loop.notify(),
    async accepted(agent, ref) {
      const { verdict, row, isOver } = await writer.write(async (ctx) => {
        const judged = await judge(ctx, agent.agentId, ref, mayAdopt);
        const id = judged.row?.id;
        const isOver = id !== undefined && (await reportedBy(ctx, id, ref.attempt, agent.agentId));
        return { ...judged, isOver };
      });
      takeOffer(agent.agentId, ref);
      pauses.delete(agent.agentId);
      if (isOver) {
        // An old offer, repeated before the agent's last words arrived.
      } else if (row === undefined || verdict === 'abandon') {
        agent.send({ type: 'beat', lost: [ref], time: new Date(clock.now()).toISOString() });
      } else {
        agent.held.add(refId(ref));
        if (verdict === 'cancel')
          agent.send({ type: 'cancel', ...ref, reason: row.cancel_reason ?? 'canceled' });
      }
      loop.notify();
    },
    rejected(agent, ref, reason) {
      const taken = takeOffer(agent.agentId, ref);
      if (taken === undefined) return;
      log.debug({ agentId: agent.agentId, taskKey: ref.key, reason }, 'offer rejected');
      refuse(taken.taskId, taken.offer, reason);
      loop.notify();
    },
    relieved(agentId) {
      pauses.delete(agentId);
      for (const byAgent of refusals.values()) byAgent.delete(agentId);
      loop.notify();
    },
    gone(agentId) {
      for (const [taskId, offer] of offers) if (offer.agentId === agentId) offers.delete(taskId);
      pauses.delete(agentId);
      loop.notify();
    },
    settled: (taskId) => void refusals.delete(taskId),
    mayAdopt,
    offeredTo: (taskId) => offers.get(taskId)?.agentName,
    refusals: (taskId) =>
      [...(refusals.get(taskId)?.values() ?? [])].map(({ agentName, reason }) => ({ agentName, reason })),
  };
}

function pause(count: number, capMs: number): number {
  return Math.min(capMs, PAUSE_BASE_MS * 2 ** Math.min(count - 1, 20));
}

function toTask(row: TaskRow) {
  return {
    key: row.key,
    title: row.title,
    priority: row.priority,
    createdAt: new Date(row.created_at).toISOString(),
    spec: JSON.parse(row.spec) as TaskSpec,
  };
}
