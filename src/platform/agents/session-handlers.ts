/** What the messages of a connected agent do. The session has checked their shape and keeps their order. */
import { background } from '../../lib/background.ts';
import type { Clock } from '../../lib/clock.ts';
import { type FailureInfo, SlyError, toFailureInfo } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { PROTOCOL_VERSION } from '../../protocol/link.ts';
import { isFinal } from '../../protocol/task-state.ts';
import type { AgentQuestions } from './agent-questions.ts';
import type { AgentRecords } from './agent-records.ts';
import type { SessionHandlers } from './agent-session.ts';
import type { Dispatcher } from './dispatcher.ts';
import { applyEvents } from './event-lane.ts';
import type { Feed } from './feed.ts';
import type { FolderListings } from './folder-listings.ts';
import type { LastKnown } from './last-known.ts';
import { judge, renew, type Verdict } from './leases.ts';
import { type Hello, type LiveAgent, type LiveAgents, type Ref, refId } from './live-agents.ts';
import type { LogStore } from './log-store.ts';
import type { AgentsPolicy } from './policy.ts';
import type { AttemptOwner, TaskReader } from './task-reader.ts';
import type { TaskWriter } from './task-writer.ts';

export interface SessionHandlersDeps {
  records: AgentRecords;
  reader: TaskReader;
  writer: TaskWriter;
  live: LiveAgents;
  dispatcher: Dispatcher;
  listings: FolderListings;
  questions: AgentQuestions;
  lastKnown: LastKnown;
  logs: LogStore;
  feed: Feed;
  policy: AgentsPolicy;
  version: string;
  clock: Clock;
  log: Logger;
}

/** How often a connected agent's last sign of life is written down. */
const SEEN_MS = 30_000;
/** How often its telemetry is, beside the moment it goes. */
const KNOWN_MS = 5 * 60_000;
const OWNERS_KEPT = 10_000;

export function createSessionHandlers(deps: SessionHandlersDeps): SessionHandlers {
  const { records, reader, writer, live, dispatcher, logs, feed, policy, clock, log } = deps;
  const journals = new WeakMap<LiveAgent, string>();
  const seen = new WeakMap<LiveAgent, number>();
  const noted = new WeakMap<LiveAgent, number>();
  /** Whose attempt it is does not change; progress and logs ask often. */
  const owners = new Map<string, AttemptOwner>();

  const now = (): string => new Date(clock.now()).toISOString();

  async function ownerOf(ref: Ref): Promise<AttemptOwner | undefined> {
    const id = refId(ref);
    const owner = owners.get(id) ?? (await reader.ownerOf(ref.key, ref.attempt));
    if (owner === undefined) return undefined;
    if (owners.size >= OWNERS_KEPT) owners.clear();
    owners.set(id, owner);
    return owner;
  }

  async function takeIn(agent: LiveAgent, hello: Hello) {
    const journalId = hello.journalId ?? hello.instanceId;
    return writer.write(async (ctx) => {
      const { trx } = ctx;
      const byId = trx.selectFrom('agents').select(['journal_id', 'ack_seq', 'draining']);
      const known = await byId.where('id', '=', agent.agentId).executeTakeFirstOrThrow();
      const ackSeq = known.journal_id === journalId ? known.ack_seq : 0;
      await trx
        .updateTable('agents')
        .set({
          version: hello.version,
          plugins: JSON.stringify(hello.plugins),
          journal_id: journalId,
          ack_seq: ackSeq,
          last_seen_at: ctx.now,
        })
        .where('id', '=', agent.agentId)
        .execute();
      const verdicts: { ref: Ref; verdict: Verdict; taskId: number | undefined }[] = [];
      for (const { key, attempt } of hello.attempts) {
        const ref = { key, attempt };
        const { verdict, row } = await judge(ctx, agent.agentId, ref, dispatcher.mayAdopt);
        verdicts.push({ ref, verdict, taskId: row?.id });
      }
      const resumed = verdicts.filter((one) => one.verdict !== 'abandon').map((one) => one.ref);
      await renew(ctx, agent.agentId, resumed, dispatcher.mayAdopt);
      return { journalId, ackSeq, verdicts, resumed, draining: known.draining === 1 };
    });
  }

  async function takeLog(agent: LiveAgent, ref: Ref, piece: { offset: number; text: string }): Promise<void> {
    const refuse = (failure: FailureInfo): void =>
      agent.send({ type: 'problem', about: `log ${refId(ref)}`, failure });
    const owner = await ownerOf(ref);
    if (owner === undefined) {
      const detail = `task ${ref.key}, attempt ${ref.attempt}`;
      return refuse(toFailureInfo(new SlyError('SLY_TASK_UNKNOWN', { detail, retryable: true })));
    }
    if (owner.agentId !== agent.agentId) {
      const detail = `attempt ${ref.attempt} of task ${ref.key} belongs to another agent`;
      return refuse(toFailureInfo(new SlyError('SLY_LEASE_LOST', { detail })));
    }
    try {
      const { wanted, added } = logs.append(owner.taskId, ref.attempt, piece);
      agent.send({ type: 'logAck', key: ref.key, attempt: ref.attempt, offset: wanted });
      if (added !== null && feed.hasListeners())
        feed.publish({
          type: 'log',
          id: owner.taskId,
          teamId: owner.teamId,
          key: ref.key,
          attempt: ref.attempt,
          ...added,
        });
    } catch (error) {
      log.error({ err: error, taskKey: ref.key }, 'log could not be written');
      refuse({ ...toFailureInfo(error), retryable: true });
    }
  }

  async function noteTelemetry(agent: LiveAgent): Promise<void> {
    noted.set(agent, clock.now());
    await deps.lastKnown.noteTelemetry(agent.agentId, agent.telemetry, agent.lastFrameAt);
  }

  /** They change with its next start only. An agent that does not answer has gone again. */
  async function noteSettings(agent: LiveAgent): Promise<void> {
    if (!agent.questions.has('settings')) return;
    try {
      const { answer } = await deps.questions.ask(agent.agentId, 'settings', {});
      if (answer !== undefined) await deps.lastKnown.noteSettings(agent.agentId, answer, clock.now());
    } catch (error) {
      log.debug({ err: error, agentId: agent.agentId }, 'an agent did not tell its settings');
    }
  }

  return {
    async enter(agent, hello) {
      if (!live.enter(agent)) return false;
      const { journalId, ackSeq, verdicts, resumed, draining } = await takeIn(agent, hello);
      journals.set(agent, journalId);
      for (const ref of resumed) agent.held.add(refId(ref));
      agent.draining = draining;
      agent.send({
        type: 'welcome',
        protocol: PROTOCOL_VERSION,
        version: deps.version,
        agentId: agent.agentId,
        ackSeq,
        heartbeatMs: policy.heartbeatMs,
        leaseMs: policy.leaseMs,
        attempts: verdicts.map(({ ref, verdict, taskId }) => ({
          ...ref,
          verdict,
          logOffset: taskId === undefined ? 0 : logs.size(taskId, ref.attempt),
        })),
        time: now(),
      });
      if (draining) agent.send({ type: 'drain', on: true });
      agent.ready = true;
      feed.publish({ type: 'agent', agentId: agent.agentId });
      dispatcher.notify();
      background('settings of an agent', log, noteSettings(agent));
      return true;
    },

    async events(agent, events) {
      const { mayAdopt } = dispatcher;
      const sender = { agentId: agent.agentId, journalId: journals.get(agent) ?? '', mayAdopt };
      const { ackSeq, problems } = await applyEvents(writer, sender, events);
      for (const { seq, failure } of problems) {
        log.error({ agentId: agent.agentId, seq, failure }, 'an event could not be applied');
        agent.send({ type: 'problem', about: 'event', failure });
      }
      agent.send({ type: 'ack', seq: ackSeq });
      let relieved = false;
      for (const { event } of events) {
        if (event?.type === 'task.created') agent.held.add(refId({ key: event.task.key, attempt: 1 }));
        if (event?.type !== 'task.state' || !(isFinal(event.state) || event.state === 'queued')) continue;
        agent.held.delete(refId(event));
        relieved = true;
      }
      if (relieved) dispatcher.relieved(agent.agentId);
    },

    async message(agent, message) {
      switch (message.type) {
        case 'heartbeat': {
          agent.telemetry = message.telemetry;
          const lost = await writer.write(async (ctx) => {
            if (ctx.now - (seen.get(agent) ?? 0) >= SEEN_MS) {
              seen.set(agent, ctx.now);
              const set = { last_seen_at: ctx.now };
              await ctx.trx.updateTable('agents').set(set).where('id', '=', agent.agentId).execute();
            }
            return renew(ctx, agent.agentId, message.leases, dispatcher.mayAdopt);
          });
          if (message.plugins !== undefined) {
            await records.notePlugins(agent.agentId, message.plugins);
            agent.plugins = new Set(message.plugins.map(({ manifest }) => manifest.name));
          }
          if (clock.now() - (noted.get(agent) ?? 0) >= KNOWN_MS) await noteTelemetry(agent);
          agent.held.clear();
          for (const ref of message.leases) agent.held.add(refId(ref));
          for (const ref of lost) agent.held.delete(refId(ref));
          agent.send({ type: 'beat', lost, time: now() });
          feed.publish({ type: 'agent', agentId: agent.agentId });
          dispatcher.notify();
          return;
        }
        case 'accept':
          return dispatcher.accepted(agent, message);
        case 'reject':
          dispatcher.rejected(agent, message, message.reason);
          return;
        case 'log':
          return takeLog(agent, message, message);
        case 'progress': {
          const owner = agent.held.has(refId(message)) ? await ownerOf(message) : undefined;
          if (owner?.agentId === agent.agentId)
            feed.progress({ id: owner.taskId, teamId: owner.teamId, key: message.key }, message.progress);
          return;
        }
        case 'listing':
          deps.listings.answered(agent.agentId, message);
          return;
        case 'answer':
          deps.questions.answered(agent.agentId, message);
          return;
        case 'goodbye':
          log.info({ agentId: agent.agentId, reason: message.reason }, 'agent says goodbye');
          return;
        case 'problem':
          log.warn(
            { agentId: agent.agentId, about: message.about, failure: message.failure },
            'agent complains',
          );
          return;
      }
    },

    async left(agent) {
      if (!live.leave(agent)) return;
      dispatcher.gone(agent.agentId);
      deps.listings.gone(agent.agentId);
      deps.questions.gone(agent.agentId);
      feed.publish({ type: 'agent', agentId: agent.agentId });
      await records.seen(agent.agentId, agent.lastFrameAt);
      await noteTelemetry(agent);
    },
  };
}
