/**
 * The agents room: gateway, queue, dispatch, leases and task logs. Everything needed after a restart is in
 * the database and the logs folder; in memory are only connections, open offers and the latest progress.
 */
import type { Server } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { AgentDirectory } from '../ports/agents.ts';
import type { OwnTasks, TaskService, TaskView } from '../ports/tasks.ts';
import type { Database } from '../store/database.ts';
import { createAgentCodes } from './agent-codes.ts';
import { createAgentDirectory } from './agent-directory.ts';
import { createAgentQuestions } from './agent-questions.ts';
import { createAgentRecords } from './agent-records.ts';
import { runSession } from './agent-session.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createEndedAttempts, type OnAttemptEnded } from './ended-attempts.ts';
import { createFeed } from './feed.ts';
import { createFolderListings } from './folder-listings.ts';
import { createLastKnown } from './last-known.ts';
import { createLeaseKeeper } from './leases.ts';
import { createLiveAgents } from './live-agents.ts';
import { createLogStore } from './log-store.ts';
import { createOwnTasks } from './own-tasks.ts';
import { type AgentsPolicy, DEFAULT_POLICY } from './policy.ts';
import { createReportStore } from './report-store.ts';
import { createRunStore } from './run-store.ts';
import { createSessionHandlers } from './session-handlers.ts';
import { createSupportBundles } from './support-bundles.ts';
import type { AgentsTables } from './tables.ts';
import { createTaskReader, type NamedTaskRow } from './task-reader.ts';
import { createTaskService } from './task-service.ts';
import { shortened, toTaskView } from './task-view.ts';
import { createTaskWriter } from './task-writer.ts';
import { createDoor } from './upgrade.ts';
import { waitingBecause } from './waiting-reason.ts';

export interface AgentsRoomOptions extends Partial<AgentsPolicy> {
  db: Database;
  clock: Clock;
  log: Logger;
  /** Logs and reports: one folder a task. */
  logsFolder: string;
  version: string;
  onAttemptEnded: OnAttemptEnded;
  /** Origins whose pages may open the link; none by default, agents send no Origin. */
  allowedOrigins?: readonly string[];
}

export interface AgentsRoom {
  tasks: TaskService;
  ownTasks: OwnTasks;
  directory: AgentDirectory;
  /** Answers upgrades on LINK_PATH; other paths are left to other listeners. */
  attach(server: Server): void;
  /** Begins to look at leases and to offer tasks. */
  start(): Promise<void>;
  /** Says goodbye to the agents (1001); they come again when somebody listens. */
  stop(): Promise<void>;
}

export function createAgentsRoom(options: AgentsRoomOptions): AgentsRoom {
  const { clock, log, onAttemptEnded, allowedOrigins = [] } = options;
  const policy = policyOf(options);
  const db = options.db.kysely.withTables<AgentsTables>();
  const live = createLiveAgents();
  const reader = createTaskReader(db);
  const records = createAgentRecords(db, clock);
  const lastKnown = createLastKnown(db);
  const feed = createFeed({ clock, log, progressMs: policy.progressMs });
  const logs = createLogStore({ folder: options.logsFolder, maxBytes: policy.maxLogBytes });
  const reports = createReportStore({ folder: options.logsFolder, maxBytes: policy.maxReportBytes });
  const runs = createRunStore(options.logsFolder);
  const listings = createFolderListings(live, policy.listMs);
  const questions = createAgentQuestions(live, policy.listMs);
  const ended = createEndedAttempts({ db, log, onAttemptEnded });
  /** Last sign of life of agents that are not connected, for the reason why a task waits. */
  const lastSeen = new Map<number, number | null>();
  const writer = createTaskWriter({ db, clock, policy, onCommitted });
  const leases = createLeaseKeeper({ db, writer, clock, policy });
  const dispatcher: Dispatcher = createDispatcher({
    db,
    live,
    writer,
    leases,
    afterSweep: () => ended.round(),
    policy,
    clock,
    log,
  });

  function view(row: NamedTaskRow): TaskView {
    const offeredTo = dispatcher.offeredTo(row.id);
    return toTaskView(row, {
      progress: feed.progressOf(row.id),
      waitingBecause: waitingBecause(row, {
        now: clock.now(),
        connected: live.all(),
        ...(offeredTo === undefined ? {} : { offeredTo }),
        refusals: dispatcher.refusals(row.id),
        lastSeen: (agentId) => lastSeen.get(agentId) ?? null,
      }),
    });
  }

  async function onCommitted(taskIds: readonly number[]): Promise<void> {
    for (const id of taskIds) {
      const row = await reader.byId(id);
      if (row === undefined) continue;
      if (row.state !== 'queued') dispatcher.settled(id);
      if (row.lease_until === null) feed.endProgress(id);
      if (feed.hasListeners()) feed.publish({ type: 'task', task: shortened(view(row)) });
    }
    dispatcher.notify();
  }

  const handlers = createSessionHandlers({
    records,
    reader,
    writer,
    live,
    dispatcher,
    listings,
    questions,
    lastKnown,
    logs,
    feed,
    policy,
    version: options.version,
    clock,
    log,
  });

  const sessions = new Set<Promise<void>>();
  const door = createDoor({
    authenticate: (token) => records.byToken(token),
    onSession(ws, who) {
      const session = runSession(ws, who, {
        handlers: {
          ...handlers,
          async left(agent) {
            lastSeen.set(agent.agentId, agent.lastFrameAt);
            await handlers.left(agent);
          },
        },
        policy,
        clock,
        log,
      });
      sessions.add(session);
      void session.then(() => sessions.delete(session));
    },
    allowedOrigins,
    log,
  });

  let stopping: Promise<void> | undefined;

  return {
    tasks: createTaskService({ reader, writer, live, logs, reports, runs, feed, view }),
    ownTasks: createOwnTasks({ db, reader, writer, feed }),
    directory: createAgentDirectory({
      records,
      live,
      reader,
      listings,
      questions,
      codes: createAgentCodes(db, clock),
      support: createSupportBundles(questions, clock),
      lastKnown,
      onChanged(agentId) {
        feed.publish({ type: 'agent', agentId });
        dispatcher.notify();
      },
    }),
    attach: (server) => door.attach(server),
    async start() {
      for (const agent of await records.list()) lastSeen.set(agent.id, agent.last_seen_at);
      dispatcher.start();
    },
    stop() {
      stopping ??= (async () => {
        await door.close();
        await Promise.all(sessions);
        await dispatcher.stop();
        feed.stop();
      })();
      return stopping;
    },
  };
}

function policyOf(options: AgentsRoomOptions): AgentsPolicy {
  const policy: AgentsPolicy = { ...DEFAULT_POLICY };
  for (const name of Object.keys(DEFAULT_POLICY) as (keyof AgentsPolicy)[]) {
    const given = options[name];
    if (given !== undefined) policy[name] = given;
  }
  return policy;
}
