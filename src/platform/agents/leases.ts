/**
 * Who holds which attempt, and until when.
 * Invariants: a lease is renewed only by an agent that names the attempt; a lapsed one is taken away in one
 * transaction that also ends the attempt; time in which the platform itself was not there counts for nobody.
 */
import type { Clock } from '../../lib/clock.ts';
import { isActive } from '../../protocol/task-state.ts';
import { find, type MayAdopt } from './apply-event.ts';
import { type Ref, refId } from './live-agents.ts';
import type { AgentsPolicy } from './policy.ts';
import type { AgentsDatabase, TaskRow } from './tables.ts';
import { leaseFor, leaseTo, lose, type MoveContext } from './task-moves.ts';
import type { TaskWriter } from './task-writer.ts';

export type Verdict = 'resume' | 'abandon' | 'cancel';

/** What becomes of an attempt that an agent says it holds; leases it where that is right. */
export async function judge(
  ctx: MoveContext,
  agentId: number,
  ref: Ref,
  mayAdopt: MayAdopt,
): Promise<{ verdict: Verdict; row?: TaskRow }> {
  const row = await find(ctx, ref.key);
  // Its task.created is still in the agent's outbox.
  if (row === undefined) return { verdict: 'resume' };
  if (row.attempt !== ref.attempt) return { verdict: 'abandon', row };
  if (row.state === 'queued') {
    if (!mayAdopt(row, agentId)) return { verdict: 'abandon', row };
    return { verdict: 'resume', row: await leaseTo(ctx, row, agentId) };
  }
  if (!isActive(row.state) || row.agent_id !== agentId) return { verdict: 'abandon', row };
  return { verdict: row.cancel_reason === null ? 'resume' : 'cancel', row };
}

/**
 * A heartbeat: named leases are renewed, this agent's others shortened to an ordinary lease (its journal is
 * gone, or the end is on its way). Returns what it must stop. An attempt whose end it reported itself is
 * neither: it is only slow to let go.
 */
export async function renew(
  ctx: MoveContext,
  agentId: number,
  named: readonly Ref[],
  mayAdopt: MayAdopt,
): Promise<Ref[]> {
  const { trx, now, policy } = ctx;
  const names = new Set(named.map(refId));
  const lost: Ref[] = [];
  for (const ref of named) {
    const { verdict, row } = await judge(ctx, agentId, ref, mayAdopt);
    if (verdict === 'abandon' && row !== undefined) {
      if (!(await reportedBy(ctx, row.id, ref.attempt, agentId))) lost.push(ref);
    } else if (row !== undefined) {
      const until = now + leaseFor(policy, row, agentId);
      await trx.updateTable('tasks').set({ lease_until: until }).where('id', '=', row.id).execute();
    }
  }
  const held = await trx
    .selectFrom('tasks')
    .select(['id', 'key', 'attempt', 'lease_until'])
    .where('agent_id', '=', agentId)
    .where('lease_until', '>', now + policy.leaseMs)
    .execute();
  for (const row of held.filter((one) => !names.has(refId(one)))) {
    await trx
      .updateTable('tasks')
      .set({ lease_until: now + policy.leaseMs })
      .where('id', '=', row.id)
      .execute();
  }
  return lost;
}

/** The agent itself said how the attempt ended: it is no news to it that the lease is gone. */
export async function reportedBy(
  ctx: MoveContext,
  taskId: number,
  attempt: number,
  agentId: number,
): Promise<boolean> {
  const row = await ctx.trx
    .selectFrom('attempts')
    .select(['outcome', 'agent_id'])
    .where('task_id', '=', taskId)
    .where('attempt', '=', attempt)
    .executeTakeFirst();
  return row?.agent_id === agentId && row.outcome === 'reported';
}

export interface LeaseKeeper {
  /** Takes lapsed leases away. Returns them with who had them. */
  sweep(): Promise<{ agentId: number; ref: Ref }[]>;
}

export interface LeaseKeeperDeps {
  db: AgentsDatabase;
  writer: TaskWriter;
  clock: Clock;
  policy: AgentsPolicy;
}

export function createLeaseKeeper({ db, writer, clock, policy }: LeaseKeeperDeps): LeaseKeeper {
  /** When the last look was over; undefined before the first one. */
  let lookedAt: number | undefined;

  async function giveGrace(now: number): Promise<void> {
    await db
      .updateTable('tasks')
      .set({ lease_until: now + policy.leaseMs })
      .where('lease_until', '<', now + policy.leaseMs)
      .execute();
  }

  async function takeAway(ctx: MoveContext, id: number): Promise<{ agentId: number; ref: Ref } | undefined> {
    const row = await ctx.trx
      .selectFrom('tasks')
      .leftJoin('agents', 'agents.id', 'tasks.agent_id')
      .selectAll('tasks')
      .select('agents.name as agent_name')
      .where('tasks.id', '=', id)
      .executeTakeFirst();
    // Renewed or ended between the look and the transaction.
    if (row === undefined || row.agent_id === null || !isActive(row.state)) return undefined;
    if (row.lease_until === null || row.lease_until >= ctx.now) return undefined;
    const { agent_name: name, ...task } = row;
    await lose(ctx, task, `agent ${name ?? row.agent_id} was not heard of in time`);
    return { agentId: row.agent_id, ref: { key: row.key, attempt: row.attempt } };
  }

  return {
    async sweep() {
      const now = clock.now();
      // Restarted, or the machine was suspended: agents could not renew with a platform that was not there.
      if (lookedAt === undefined || now - lookedAt > policy.tickMs + policy.leaseMs / 2) await giveGrace(now);
      const lapsed = await db.selectFrom('tasks').select('id').where('lease_until', '<', now).execute();
      const lost = [];
      for (const { id } of lapsed) {
        const one = await writer.write((ctx) => takeAway(ctx, id));
        if (one !== undefined) lost.push(one);
      }
      lookedAt = clock.now();
      return lost;
    },
  };
}
