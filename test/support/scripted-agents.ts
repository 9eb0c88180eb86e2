/** A TaskService and an AgentDirectory that do what a test tells them, for tests of the API and the page. */
import { Readable } from 'node:stream';
import { SlyError } from '../../src/lib/errors.ts';
import type { AgentDirectory, AgentView, Listing } from '../../src/platform/ports/agents.ts';
import type { TaskEvent, TaskHistoryEntry, TaskService, TaskView } from '../../src/platform/ports/tasks.ts';
import type { Manifest } from '../../src/protocol/plugin.ts';
import type { Answered, QuestionName } from '../../src/protocol/questions.ts';
import type { RunRecord } from '../../src/protocol/run-record.ts';
import type { ReportLine, Task } from '../../src/protocol/task.ts';
import { isFinal } from '../../src/protocol/task-state.ts';

export interface ScriptedTasks {
  service: TaskService;
  /** Changes a task and tells everybody. */
  change(id: number, changes: Partial<TaskView>): TaskView;
  log(id: number, line: object): void;
  report(id: number, lines: readonly ReportLine[]): void;
  run(id: number, attempt: number, run: RunRecord): void;
  /** An event of no task of this service. */
  tell(event: TaskEvent): void;
  listeners(): number;
}

export function createScriptedTasks(): ScriptedTasks {
  const tasks = new Map<number, TaskView>();
  const histories = new Map<number, TaskHistoryEntry[]>();
  const logs = new Map<number, string>();
  const reports = new Map<number, string>();
  const runs = new Map<number, { attempt: number; run: RunRecord }[]>();
  const listeners = new Set<(event: TaskEvent) => void>();
  const publish = (event: TaskEvent): void => {
    for (const listener of listeners) listener(event);
  };

  function change(id: number, changes: Partial<TaskView>): TaskView {
    const before = tasks.get(id)!;
    const task = { ...before, ...changes, updatedAt: new Date().toISOString() };
    tasks.set(id, task);
    if (task.state !== before.state || task.attempt !== before.attempt) {
      const { attempt, state, agentName, failure } = task;
      histories.get(id)!.push({ attempt, state, agentName, failure, at: task.updatedAt });
    }
    publish({ type: 'task', task });
    return task;
  }

  const service: TaskService = {
    async create(task: Task, options) {
      const known = [...tasks.values()].find((one) => one.key === task.key);
      if (known !== undefined) return known;
      const view: TaskView = {
        id: tasks.size + 1,
        key: task.key,
        title: task.title,
        state: 'queued',
        attempt: 1,
        priority: task.priority,
        spec: task.spec,
        plugin: task.spec.plugin ?? null,
        because: null,
        workspaceId: options.workspaceId ?? 1,
        teamId: 1,
        agentId: options.agentId ?? null,
        agentName: null,
        progress: null,
        failure: null,
        result: null,
        waitingBecause: null,
        createdAt: task.createdAt,
        updatedAt: task.createdAt,
        startedAt: null,
        endedAt: null,
      };
      tasks.set(view.id, view);
      histories.set(view.id, [
        { attempt: 1, state: 'queued', at: view.createdAt, agentName: null, failure: null },
      ]);
      publish({ type: 'task', task: view });
      return view;
    },
    get: async (ref) =>
      'id' in ref ? tasks.get(ref.id) : [...tasks.values()].find((one) => one.key === ref.key),
    list: async ({ states, before, limit, text }) =>
      [...tasks.values()]
        .reverse()
        .filter((one) => states === undefined || states.includes(one.state))
        .filter((one) => before === undefined || one.id < before)
        .filter((one) => text === undefined || one.title.includes(text))
        .slice(0, limit),
    history: async (id) => histories.get(id) ?? [],
    cancel: async (id) => {
      const task = tasks.get(id)!;
      if (isFinal(task.state))
        throw new SlyError('SLY_TASK_MOVE', { detail: `task ${id}: ${task.state} -> canceled` });
      return change(id, { state: 'canceled' });
    },
    retry: async (id) => {
      const task = tasks.get(id)!;
      if (!isFinal(task.state))
        throw new SlyError('SLY_TASK_MOVE', { detail: `task ${id}: ${task.state} -> queued` });
      return change(id, { state: 'queued', attempt: task.attempt + 1, failure: null, result: null });
    },
    readLog: async (id, { attempt = 1, offset, maxBytes }) => {
      const bytes = Buffer.from(logs.get(id) ?? '');
      const text = bytes.subarray(offset, offset + maxBytes).toString();
      return { attempt, offset, text, nextOffset: offset + Buffer.byteLength(text), size: bytes.length };
    },
    putReport: async () => undefined,
    putRun: async () => undefined,
    runs: async (id) => runs.get(id) ?? [],
    openReport: async (id) => {
      const report = reports.get(id);
      return report === undefined ? undefined : Readable.from([report]);
    },
    assertHeld: async () => {
      throw new Error('not part of this test');
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  return {
    service,
    change,
    tell: publish,
    listeners: () => listeners.size,
    log(id, line) {
      const text = `${JSON.stringify(line)}\n`;
      const before = logs.get(id) ?? '';
      logs.set(id, before + text);
      const { key, attempt, teamId } = tasks.get(id)!;
      publish({ type: 'log', id, teamId, key, attempt, offset: Buffer.byteLength(before), text });
    },
    run: (id, attempt, run) => void runs.set(id, [...(runs.get(id) ?? []), { attempt, run }]),
    report: (id, lines) => void reports.set(id, lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
  };
}

export function createScriptedAgents(
  folders: Record<string, NonNullable<Listing['entries']>> = {},
): AgentDirectory {
  const agent: AgentView = {
    id: 1,
    name: 'gpu-1',
    version: '0.1.0',
    connected: true,
    lastSeenAt: new Date().toISOString(),
    draining: false,
    telemetry: {
      load1: 0.42,
      rssBytes: 120e6,
      diskFreeBytes: 310e9,
      diskTotalBytes: 500e9,
      slots: { cpu: 2, busy: 1 },
      outbox: 0,
      state: 'ready',
      isolation: 'containers (no network, read-only, non-root)',
    },
    lastKnown: null,
    plugins: PLUGINS,
    running: [],
    teamId: null,
  };
  return {
    list: async () => [agent],
    get: async (id) => (id === 1 ? agent : undefined),
    create: async (name) => ({ id: 2, token: `token-of-${name}` }),
    renewToken: async (name) => ({ id: 2, token: `new-token-of-${name}` }),
    authenticate: async () => undefined,
    addCode: async () => ({ id: 1, code: 'code-of-an-agent', expiresAt: new Date().toISOString() }),
    codes: async () => [],
    removeCode: async () => undefined,
    register: async () => undefined,
    listFolder: async (_agentId, path) => {
      const entries = folders[path];
      if (entries !== undefined) return { type: 'listing', id: 'x', path, entries };
      const failure = { code: 'SLY_NOT_FOUND', title: '', detail: `there is no ${path}`, retryable: false };
      return { type: 'listing', id: 'x', path, failure };
    },
    async ask(_id, question) {
      // What each question is answered by is a matter of its name alone, which the types cannot see.
      return { answer: ANSWERS[question] as never };
    },
    lastSettings: async () => undefined,
    support: {
      make: async () => ({
        answer: { ...ANSWERS['support.bundle'], id: 'bundle', expiresAt: AT },
      }),
      put: async () => undefined,
      bytes: (_id, bundle) => (bundle === 'bundle' ? Buffer.from('gzip') : undefined),
    },
    drain: async (_id, on) => {
      agent.draining = on;
    },
    plugins: async () => PLUGINS,
    pluginOffers: async () =>
      PLUGINS.map((manifest) => ({
        manifest,
        digest: 'sha256:1234',
        script: null,
        agents: [
          {
            id: 1,
            name: 'gpu-1',
            connected: true,
            digest: 'sha256:1234',
            digestOf: 'image' as const,
            canTest: true,
            tested: null,
          },
        ],
      })),
    testPlugin: async (_id, plugin) => ({ answer: { ...ANSWERS['plugin.test'], plugin } }),
  };
}

const AT = '2026-01-01T00:00:00.000Z';
const NONE = { total: 0, shown: [] };
const DOCTOR = { running: null, last: null };
const ANSWERS: { readonly [N in QuestionName]: Answered<N> } = {
  'doctor.state': DOCTOR,
  'doctor.run': DOCTOR,
  'cleanUp.look': {
    token: 'plan',
    expiresAt: AT,
    items: [{ class: 'logs', title: 'Import old, attempt 1', bytes: 1000, modifiedAt: AT }],
    more: false,
    kept: [{ reason: 'of tasks that run or wait for a slot', items: 1 }],
  },
  'cleanUp.remove': { removed: 1, bytes: 1000, left: [] },
  'folder.state': {
    path: '/data/upload',
    mode: 'watching',
    detail: null,
    lastScanAt: AT,
    scanSeconds: 20,
    settleSeconds: 5,
    sources: 0,
    settling: NONE,
    ignored: NONE,
    failed: NONE,
  },
  'plugin.test': {
    plugin: 'coco',
    version: '1.0.0',
    state: 'ok',
    at: AT,
    ms: 1234,
    steps: [{ name: 'import', ms: 1200, items: 2 }],
    isolation: 'docker',
  },
  'folder.retry': { accepted: 'it is looked at again' },
  settings: {
    file: null,
    settings: [{ name: 'slots', value: '2', origin: 'default', about: 'Tasks at once.' }],
  },
  'support.bundle': { size: 4, sha256: 'ab'.repeat(32), files: [{ file: 'version.json', bytes: 9 }] },
  retention: { rows: [], lastAt: null, lastRemoved: null, nextAt: null },
};

const PLUGINS: Manifest[] = [
  {
    name: 'coco',
    version: '1.0.0',
    title: 'COCO',
    description: 'Instances as JSON: boxes, polygons, masks as RLE.',
    actions: ['detect', 'import', 'export'],
    modalities: ['images'],
    options: {
      export: {
        type: 'object',
        properties: {
          masks: {
            enum: ['rle', 'polygons'],
            default: 'rle',
            title: 'Masks as',
            description: 'Polygons lose holes.',
          },
          copy_images: { type: 'boolean', default: true, title: 'With pictures' },
        },
      },
    },
    losses: ['tags of objects', 'lines and points'],
  },
  {
    name: 'supervisely',
    version: '1.0.0',
    title: 'Supervisely',
    description: 'meta.json, a folder a dataset, nothing is lost.',
    actions: ['detect', 'import', 'export'],
    modalities: ['images', 'videos'],
  },
];
