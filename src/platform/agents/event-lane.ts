/**
 * Applies events exactly once: their effect and `ack_seq` are one transaction. Many that wait together share
 * one commit.
 */
import { sql } from 'kysely';
import { errnoOf, type FailureInfo, SlyError, toFailureInfo } from '../../lib/errors.ts';
import type { AgentEvent } from '../../protocol/link.ts';
import { applyEvent, type EventProblem, type EventSender } from './apply-event.ts';
import type { MoveContext } from './task-moves.ts';
import type { TaskWriter } from './task-writer.ts';

/** `event` undefined: it could not be understood and is only counted. */
export interface NumberedEvent {
  seq: number;
  event?: AgentEvent;
}

export interface AppliedEvents {
  ackSeq: number;
  problems: { seq: number; failure: FailureInfo }[];
}

export function applyEvents(
  writer: TaskWriter,
  sender: EventSender & { journalId: string },
  events: readonly NumberedEvent[],
): Promise<AppliedEvents> {
  return writer.write(async (ctx) => {
    const agent = await ctx.trx
      .selectFrom('agents')
      .select(['journal_id', 'ack_seq'])
      .where('id', '=', sender.agentId)
      .executeTakeFirst();
    if (agent?.journal_id !== sender.journalId) {
      throw new SlyError('SLY_BAD_MESSAGE', {
        detail: `agent ${sender.agentId} has changed its journal meanwhile`,
      });
    }
    let ackSeq = agent.ack_seq;
    const problems: AppliedEvents['problems'] = [];
    for (const { seq, event } of events) {
      if (seq <= ackSeq) continue;
      const failure = event === undefined ? undefined : await applySafely(ctx, sender, event);
      if (failure !== undefined) problems.push({ seq, failure });
      ackSeq = seq;
    }
    if (ackSeq !== agent.ack_seq)
      await ctx.trx.updateTable('agents').set({ ack_seq: ackSeq }).where('id', '=', sender.agentId).execute();
    return { ackSeq, problems };
  });
}

/** A value the database refuses must not come again for ever; a database that fails is another matter. */
async function applySafely(ctx: MoveContext, sender: EventSender, event: AgentEvent): Promise<EventProblem> {
  await sql`savepoint one_event`.execute(ctx.trx);
  try {
    return await applyEvent(ctx, sender, event);
  } catch (error) {
    const code = errnoOf(error) ?? '';
    const isOurs = code.startsWith('SQLITE_') && !/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(code);
    if (isOurs) throw error;
    await sql`rollback to one_event`.execute(ctx.trx);
    return toFailureInfo(error);
  } finally {
    await sql`release one_event`.execute(ctx.trx).catch(() => undefined);
  }
}
