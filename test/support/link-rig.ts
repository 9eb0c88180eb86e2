/**
 * Both ends of the link for tests: a real agents room (HTTP server, SQLite), and a real journal with a real
 * link. Only the pipeline is played: attempts move when the test says so, or by themselves with `auto`.
 */
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { openJournal } from '../../src/agent/journal/open-journal.ts';
import { createOutbox, type Outbox } from '../../src/agent/journal/outbox.ts';
import { createTaskJournal, type TaskBook } from '../../src/agent/journal/task-journal.ts';
import { TASK_MIGRATIONS } from '../../src/agent/journal/task-migrations.ts';
import { createLink, type Link } from '../../src/agent/link/link.ts';
import { type LinkHandlers, type Ref, refId } from '../../src/agent/link/link-handlers.ts';
import type { LinkTimings } from '../../src/agent/link/timings.ts';
import { openLogFile } from '../../src/agent/pipeline/task-log.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newKey } from '../../src/lib/ids.ts';
import { createLogger, silentLogger } from '../../src/lib/log.ts';
import { type AgentsRoom, createAgentsRoom } from '../../src/platform/agents/agents-room.ts';
import type { AgentsPolicy } from '../../src/platform/agents/policy.ts';
import type { TaskView } from '../../src/platform/ports/tasks.ts';
import { type Database, openDatabase } from '../../src/platform/store/database.ts';
import type { Telemetry } from '../../src/protocol/link.ts';
import type { Manifest } from '../../src/protocol/plugin.ts';
import type { Task } from '../../src/protocol/task.ts';
import { isActive, type TaskState } from '../../src/protocol/task-state.ts';
import { eventually } from './daemon-process.ts';
import { tempFolder } from './temp-folder.ts';

const log = process.env.SLY_TEST_LOG === undefined ? silentLogger() : createLogger('debug');

export const QUICK_POLICY: Partial<AgentsPolicy> = {
  heartbeatMs: 50,
  silenceMs: 1_000,
  handshakeMs: 1_000,
  leaseMs: 800,
  pinnedLeaseMs: 20_000,
  offerMs: 1_000,
  retryBaseMs: 5,
  retryCapMs: 20,
  tickMs: 30,
  progressMs: 50,
  listMs: 400,
};

/** For tests about anything but deadlines: a busy machine must not look like a dead one. */
export const PATIENT_POLICY: Partial<AgentsPolicy> = {
  ...QUICK_POLICY,
  silenceMs: 20_000,
  leaseMs: 30_000,
  offerMs: 20_000,
};

export const QUICK_TIMINGS: Partial<LinkTimings> = {
  handshakeMs: 1_000,
  silenceMs: 1_000,
  backoffBaseMs: 20,
  backoffCapMs: 100,
  stableMs: 300,
  progressMs: 50,
  logRetryMs: 50,
};

export interface PlatformRig {
  readonly room: AgentsRoom;
  readonly db: Database;
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  /** What onAttemptEnded was told: `<key>.<attempt> <state>`. */
  readonly ended: string[];
  stop(): Promise<void>;
}

export async function startPlatformRig(options: {
  folder: string;
  port?: number;
  policy?: Partial<AgentsPolicy>;
  ended?: string[];
}): Promise<PlatformRig> {
  const { folder, ended = [] } = options;
  mkdirSync(folder, { recursive: true });
  const db = openDatabase(path.join(folder, 'platform.sqlite'));
  const room = createAgentsRoom({
    db,
    clock: systemClock,
    log,
    logsFolder: path.join(folder, 'logs'),
    version: '1.0.0',
    ...QUICK_POLICY,
    ...options.policy,
    async onAttemptEnded(key, attempt, state) {
      ended.push(`${key}.${attempt} ${state}`);
    },
  });
  const server = createServer((_request, response) => response.writeHead(404).end());
  room.attach(server);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  await room.start();
  const { port } = server.address() as AddressInfo;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await room.stop();
      server.closeAllConnections();
      server.close();
      await db.close();
    })();
    return stopping;
  };
  onTestFinished(stop);
  return { room, db, folder, port, url: `http://127.0.0.1:${port}`, ended, stop };
}

export interface AgentRig {
  readonly link: Link;
  readonly journal: TaskBook;
  readonly outbox: Outbox;
  readonly instanceId: string;
  /** Attempts held now. */
  readonly held: Map<string, Ref>;
  readonly offered: Ref[];
  readonly cancels: Ref[];
  readonly lost: Ref[];
  readonly verdicts: (Ref & { verdict: string })[];
  readonly telemetry: Telemetry;
  /** Moves an attempt and lets go of it when that is its end. */
  move(ref: Ref, ...states: TaskState[]): void;
  fail(ref: Ref, retryable: boolean): void;
  createLocal(task: Task): Ref;
  log(ref: Ref, text: string): void;
  /** Ends the process; the journal stays. */
  stop(): Promise<void>;
}

export interface AgentRigOptions {
  folder: string;
  url: string;
  token: string | (() => string);
  caFile?: string;
  instanceId?: string;
  slots?: number;
  plugins?: string[];
  /** Does every task at once. */
  auto?: boolean;
  timings?: Partial<LinkTimings>;
  handlers?: Partial<LinkHandlers>;
  start?: boolean;
}

export const COUNTS = { files: 1, ok: 1, skipped: 0, failed: 0, items: 1, warnings: 0, bytes: 1 };

export function manifestOf(name: string): Manifest {
  return {
    name,
    version: '1.0.0',
    title: name,
    description: name,
    actions: ['import', 'export'],
    modalities: ['images'],
  };
}

export function startAgentRig(options: AgentRigOptions): AgentRig {
  const { folder, slots = 2, instanceId = newKey() } = options;
  mkdirSync(folder, { recursive: true });
  const db = openJournal(path.join(folder, 'journal.sqlite'), TASK_MIGRATIONS);
  const outbox = createOutbox(db);
  const journal = createTaskJournal({ db, outbox, clock: systemClock, onOutbox: () => link?.notifyOutbox() });
  const held = new Map<string, Ref>();
  const offered: Ref[] = [];
  const cancels: Ref[] = [];
  const lost: Ref[] = [];
  const verdicts: (Ref & { verdict: string })[] = [];
  const telemetry: Telemetry = {
    load1: 0,
    rssBytes: 1,
    diskFreeBytes: 1,
    diskTotalBytes: 1,
    slots: { cpu: slots, busy: 0 },
    outbox: 0,
    state: 'ready',
    isolation: 'none',
  };
  let isStopped = false;
  for (const { key, attempt } of journal.active()) hold({ key, attempt });

  function hold({ key, attempt }: Ref): void {
    held.set(refId({ key, attempt }), { key, attempt });
    if (options.auto === true) setTimeout(() => work({ key, attempt }), 2);
  }

  function move(ref: Ref, ...states: TaskState[]): void {
    for (const state of states) {
      const details = state === 'succeeded' ? { details: { result: { counts: COUNTS } } } : {};
      journal.move(ref, { state, ...details });
      if (['succeeded', 'failed', 'canceled', 'queued'].includes(state)) held.delete(refId(ref));
    }
  }

  function work(ref: Ref): void {
    if (isStopped || !held.has(refId(ref))) return;
    const left = (['fetching', 'converting', 'publishing', 'succeeded'] as const).slice();
    const state = journal.get(ref.key)?.state;
    const from = left.indexOf(state as (typeof left)[number]);
    move(ref, ...left.slice(from + 1));
  }

  const logFile = (ref: Ref): string => path.join(folder, `${refId(ref)}.ndjson`);
  const forget = (ref: Ref): void => {
    held.delete(refId(ref));
    journal.abandon(ref);
  };

  const link: Link = createLink({
    url: options.url,
    token: options.token,
    ...(options.caFile === undefined ? {} : { caFile: options.caFile }),
    agentName: 'rig',
    version: '1.0.0',
    instanceId,
    journalId: outbox.journalId,
    outbox,
    clock: systemClock,
    log,
    timings: { ...QUICK_TIMINGS, ...options.timings },
    handlers: {
      attempts: () => journal.active().map(({ key, attempt, state }) => ({ key, attempt, state })),
      verdict(ref, verdict) {
        verdicts.push({ ...ref, verdict });
        if (verdict === 'abandon') forget(ref);
        if (verdict === 'cancel') cancels.push(ref);
      },
      offer(task, attempt) {
        offered.push({ key: task.key, attempt });
        if (held.size >= slots) return { reject: 'no free slot' };
        const { state } = journal.createOffered(task, attempt);
        if (isActive(state)) hold({ key: task.key, attempt });
        return 'accept';
      },
      cancel: (ref) => void cancels.push(ref),
      leaseLost(ref) {
        lost.push(ref);
        forget(ref);
      },
      drain(on) {
        telemetry.state = on ? 'draining' : 'ready';
      },
      list: async () => ({ entries: [], more: false }),
      telemetry: () => ({ ...telemetry, outbox: outbox.size() }),
      plugins: () => (options.plugins ?? ['coco']).map((name) => ({ manifest: manifestOf(name) })),
      held: () => [...held.values()],
      log: (ref) => openLogFile(logFile(ref)),
      ...options.handlers,
    },
  });
  if (options.start !== false) link.start();

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    isStopped = true;
    stopping ??= link.stop('the test ends').then(() => void db.close());
    return stopping;
  };
  onTestFinished(stop);
  return {
    link,
    journal,
    outbox,
    instanceId,
    held,
    offered,
    cancels,
    lost,
    verdicts,
    telemetry,
    move,
    fail(ref, retryable) {
      const failure = { code: 'SLY_TIMEOUT', title: 'late', detail: 'too late', retryable };
      journal.move(ref, { state: 'failed', details: { failure } });
      held.delete(refId(ref));
    },
    createLocal(task) {
      journal.createLocal(task);
      const ref = { key: task.key, attempt: 1 };
      hold(ref);
      return ref;
    },
    log(ref, text) {
      appendFileSync(logFile(ref), text);
      link.logGrew(ref);
    },
    stop,
  };
}

export function exportTask(key = newKey(), priority = 0, plugin = 'coco'): Task {
  return {
    key,
    title: `export ${key}`,
    priority,
    createdAt: new Date().toISOString(),
    spec: { action: 'export', projectId: 1, plugin, options: {} },
  };
}

export function importTask(key = newKey(), source: 'upload' | 'path' = 'upload'): Task {
  return {
    key,
    title: `import ${key}`,
    priority: 0,
    createdAt: new Date().toISOString(),
    spec: {
      action: 'import',
      source: { kind: source, path: source === 'upload' ? 'set' : '/data/set' },
      options: {},
      projectName: 'set',
      conflict: 'rename',
    },
  };
}

/** A platform and one agent, `gpu-1`, that is online. */
export async function pair(options: Partial<AgentRigOptions> & { policy?: Partial<AgentsPolicy> } = {}) {
  const root = tempFolder('link');
  const { policy = {}, ...agentOptions } = options;
  const platform = await startPlatformRig({ folder: path.join(root, 'platform'), policy });
  const { id: agentId, token } = await platform.room.directory.create('gpu-1');
  const folder = path.join(root, 'agent');
  const agent = startAgentRig({ folder, url: platform.url, token, ...agentOptions });
  await online(agent);
  return { root, platform, agentId, token, folder, agent };
}

export async function online(agent: { link: Pick<Link, 'status'> }): Promise<void> {
  await eventually(() => (agent.link.status().status === 'online' ? true : undefined), { what: 'online' });
}

export function inState(platform: PlatformRig, key: string, ...states: TaskState[]): Promise<TaskView> {
  return eventually(
    async () => {
      const task = await platform.room.tasks.get({ key });
      return task !== undefined && states.includes(task.state) ? task : undefined;
    },
    { within: 20_000, what: `${key} in ${states.join(' or ')}` },
  );
}
