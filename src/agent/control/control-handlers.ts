/** What the local socket does: the command line's wishes become journal entries, questions become answers. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import type { Config } from '../../lib/config/options.ts';
import { errnoOf, type FailureInfo, SlyError } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';
import type { SelfTest } from '../../protocol/self-test.ts';
import type { Task, TaskResult, TaskSpec } from '../../protocol/task.ts';
import { isFinal, type TaskState } from '../../protocol/task-state.ts';
import type { AttemptRecord, StateChange } from '../ports/journal.ts';
import type { PlatformClient } from '../ports/platform.ts';
import type { PluginRegistry } from '../ports/plugins.ts';
import type { Isolation } from '../ports/runner.ts';
import type { Inspection } from '../ports/sources.ts';
import type { ControlHandlers, ControlStatus, ControlTask, DoctorCheck } from './control-api.ts';

type Described = AttemptRecord & { details: StateChange['details'] | null };

/** What the handlers need of the other rooms; `agent.ts` gives the real things. */
export interface ControlDeps {
  version: string;
  config: Config;
  folders: { tasks: string; upload: string };
  startedAt: number;
  platformUrl: string;
  local?: { url: string; loginLink(): Promise<string> };
  name: string;
  clock: Clock;
  journal: {
    recent(limit: number): Described[];
    get(key: string): AttemptRecord | undefined;
    history(
      key: string,
    ): { attempt: number; state: TaskState; at: number; details: StateChange['details'] | null }[];
    request(event: { type: 'task.retry' | 'task.cancel'; key: string }): void;
  };
  outbox: { size(): number };
  pipeline: {
    submit(task: Task): AttemptRecord;
    cancel(ref: { key: string }, reason: string): boolean;
    inspect(path: string, signal: AbortSignal): Promise<Inspection>;
    drain(on: boolean): void;
    draining(): boolean;
    busy(): number;
  };
  plugins: PluginRegistry;
  intake: { status(): { state: string; detail: string | null; sources: number } };
  link: {
    status(): {
      status: string;
      since: number;
      lastFrameAt: number | null;
      nextTryAt: number | null;
      reason: string | null;
    };
  };
  disk: {
    state(): { freeBytes: number; totalBytes: number; reserveBytes: number };
    refusal(): string | undefined;
  };
  board: { get(key: string): ControlTask['progress'] | undefined };
  client: Pick<PlatformClient, 'findProjects'>;
  http: {
    stream(call: {
      method: 'GET';
      path: string;
      headers?: Record<string, string>;
      signal: AbortSignal;
    }): Promise<{ body: AsyncIterable<Uint8Array> }>;
  };
  isolation: Isolation;
  logFile(key: string, attempt: number): { size(): number; read(offset: number, maxBytes: number): string };
  reportFile(key: string, attempt: number): string;
  doctor(options: { security: boolean }): Promise<DoctorCheck[]>;
  support: ControlHandlers['support'];
  testPlugin(name: string): Promise<SelfTest>;
}

const LOG_SLICE = 256 * 1024;

export function createControlHandlers(deps: ControlDeps): ControlHandlers {
  const { journal, pipeline, plugins, clock } = deps;

  const describe = (record: Described): ControlTask => ({
    key: record.key,
    title: record.task.title,
    state: record.state,
    attempt: record.attempt,
    spec: record.task.spec,
    plugin: record.plugin,
    because: record.because,
    progress: deps.board.get(record.key) ?? null,
    failure: (record.details?.failure as FailureInfo | undefined) ?? null,
    result: (record.details?.result as TaskResult | undefined) ?? null,
    createdAt: record.task.createdAt,
    updatedAt: new Date(record.updatedAt).toISOString(),
  });

  const need = (key: string): Described => {
    const record = journal.get(key);
    if (record === undefined) throw new SlyError('SLY_TASK_UNKNOWN', { detail: key });
    const last = journal.history(key).at(-1);
    return { ...record, details: last?.details ?? null };
  };

  function submit(title: string, spec: TaskSpec): ControlTask {
    if (pipeline.draining()) {
      throw new SlyError('SLY_USAGE', {
        detail: 'the agent is draining and takes nothing new',
        hint: '`sly-agent drain --off` takes work again.',
      });
    }
    const record = pipeline.submit({
      key: newKey(),
      title,
      priority: 0,
      createdAt: new Date(clock.now()).toISOString(),
      spec,
    });
    return describe({ ...record, details: null });
  }

  return {
    async status(): Promise<ControlStatus> {
      const link = deps.link.status();
      const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
      const { state, detail, sources } = deps.intake.status();
      return {
        version: deps.version,
        mode: deps.local === undefined ? 'agent' : 'standalone',
        name: deps.name,
        pid: process.pid,
        startedAt: new Date(deps.startedAt).toISOString(),
        url: deps.local?.url ?? null,
        platformUrl: deps.platformUrl,
        link: {
          status: link.status,
          since: new Date(link.since).toISOString(),
          lastFrameAt: time(link.lastFrameAt),
          nextTryAt: time(link.nextTryAt),
          reason: link.reason,
        },
        isolation: deps.isolation,
        uploadFolder: deps.folders.upload,
        intake: { state, detail, sources },
        slots: { total: deps.config.slots, busy: pipeline.busy() },
        draining: pipeline.draining(),
        waitingBecause: deps.disk.refusal() ?? null,
        outbox: deps.outbox.size(),
        disk: deps.disk.state(),
        memoryBytes: process.memoryUsage.rss(),
      };
    },

    tasks: async (limit) => journal.recent(limit).map(describe),

    async task(key) {
      const history = journal.history(key).map(({ attempt, state, at, details }) => ({
        attempt,
        state,
        at: new Date(at).toISOString(),
        failure: (details?.failure as FailureInfo | undefined) ?? null,
      }));
      return { task: describe(need(key)), history };
    },

    async import(request) {
      await assertReadable(request.path);
      if (request.plugin !== undefined)
        plugins.completeOptions(request.plugin, 'import', request.options ?? {});
      const name = path.basename(request.path);
      return submit(`Import ${name}`, {
        action: 'import',
        source: { kind: 'path', path: request.path },
        options: request.options ?? {},
        projectName: request.project ?? projectNameOf(name),
        conflict: request.conflict ?? 'rename',
        ...(request.plugin === undefined ? {} : { plugin: request.plugin }),
        ...(request.appendToProjectId === undefined ? {} : { appendToProjectId: request.appendToProjectId }),
        ...(request.dryRun === true ? { dryRun: true } : {}),
      });
    },

    async detect(file, signal) {
      await assertReadable(file);
      return pipeline.inspect(file, signal);
    },

    async export(request) {
      plugins.completeOptions(request.plugin, 'export', request.options ?? {});
      const project = await findProject(deps, request.project);
      return submit(`Download ${project.name} as ${request.plugin}`, {
        action: 'export',
        projectId: project.id,
        plugin: request.plugin,
        options: request.options ?? {},
      });
    },

    async cancel(key) {
      if (isFinal(need(key).state)) return { accepted: `the task has ended already: ${need(key).state}` };
      if (pipeline.cancel({ key }, 'canceled from the command line'))
        return { accepted: 'the task is being canceled' };
      journal.request({ type: 'task.cancel', key });
      return { accepted: 'the platform was asked to cancel it' };
    },

    async retry(key) {
      const { state } = need(key);
      if (!isFinal(state))
        throw new SlyError('SLY_TASK_MOVE', { detail: `it is ${state}; only an ended task can be retried` });
      journal.request({ type: 'task.retry', key });
      return { accepted: 'the platform was asked for another attempt' };
    },

    async drain(on) {
      pipeline.drain(on);
    },

    plugins: async () =>
      plugins.list().map(({ manifest, script }) => ({
        ...manifest,
        ...(script && { script: { file: script.file, download: script.download } }),
      })),

    scripts: async () => plugins.scripts(),

    testPlugin: (name) => deps.testPlugin(name),

    doctor: (options) => deps.doctor(options),

    support: () => deps.support(),

    async loginLink() {
      if (deps.local === undefined) {
        throw new SlyError('SLY_NOT_FOUND', {
          detail: `this agent serves ${deps.platformUrl}; log in there`,
        });
      }
      return deps.local.loginLink();
    },

    async log(key, attempt, offset) {
      const record = need(key);
      const file = deps.logFile(key, attempt ?? record.attempt);
      const size = file.size();
      const text = offset < size ? file.read(offset, LOG_SLICE) : '';
      const next = offset + Buffer.byteLength(text);
      return { text, next, ended: isFinal(record.state) && next >= size };
    },

    async report(key) {
      try {
        return await readFile(deps.reportFile(key, need(key).attempt), 'utf8');
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },

    async archive(key, start, signal) {
      const { result } = describe(need(key));
      if (result?.sha256 === undefined)
        throw new SlyError('SLY_NOT_FOUND', { detail: `task ${key} has no archive` });
      const response = await deps.http.stream({
        method: 'GET',
        path: `/agents/v1/blobs/${result.sha256}`,
        headers: start > 0 ? { range: `bytes=${start}-` } : {},
        signal,
      });
      return response.body;
    },
  };
}

async function assertReadable(file: string): Promise<void> {
  try {
    await stat(file);
  } catch (cause) {
    throw new SlyError('SLY_SOURCE_GONE', {
      detail: `${file}: ${errnoOf(cause) ?? (cause as Error).message}`,
      hint: 'The path is read by the daemon: it must exist on its machine and its user must be allowed to read it.',
      cause,
    });
  }
}

/** The name of a source without the ending of an archive. */
function projectNameOf(name: string): string {
  const bare = name.replace(/\.(zip|tar|tgz|tar\.gz|tar\.zst)$/i, '');
  return bare === '' ? name : bare;
}

async function findProject(deps: ControlDeps, word: string): Promise<{ id: number; name: string }> {
  const found = await deps.client.findProjects(word, AbortSignal.timeout(15_000));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new SlyError('SLY_NOT_FOUND', {
    detail:
      found.length === 0
        ? `no project has the id or the name ${JSON.stringify(word)}`
        : `${found.length} projects are called ${JSON.stringify(word)}: ${found.map((one) => one.id).join(', ')}`,
    hint: 'The number of a project stands in its address: /projects/NUMBER.',
  });
}
