/** The command line's side of the local socket. */
import { request } from 'node:http';
import path from 'node:path';
import type {
  ControlHistoryEntry,
  ControlPlugin,
  ControlStatus,
  ControlTask,
  DoctorCheck,
  ExportRequest,
  ImportRequest,
  Inspection,
} from '../agent/control/control-api.ts';
import { loadConfig } from '../lib/config/load-config.ts';
import { errnoOf, type FailureInfo, fromFailureInfo, SlyError } from '../lib/errors.ts';
import type { ScriptsState } from '../protocol/script.ts';
import type { SelfTest } from '../protocol/self-test.ts';

export interface ControlClient {
  status(): Promise<ControlStatus>;
  tasks(limit: number): Promise<ControlTask[]>;
  task(key: string): Promise<{ task: ControlTask; history: ControlHistoryEntry[] }>;
  import(body: ImportRequest): Promise<ControlTask>;
  detect(path: string): Promise<Inspection>;
  export(body: ExportRequest): Promise<ControlTask>;
  cancel(key: string): Promise<{ accepted: string }>;
  retry(key: string): Promise<{ accepted: string }>;
  drain(on: boolean): Promise<void>;
  plugins(): Promise<ControlPlugin[]>;
  scripts(): Promise<ScriptsState>;
  testPlugin(name: string): Promise<SelfTest>;
  doctor(security: boolean): Promise<DoctorCheck[]>;
  supportBundle(): Promise<Uint8Array>;
  loginLink(): Promise<{ url: string }>;
  log(key: string, offset: number): Promise<{ text: string; next: number; ended: boolean }>;
  report(key: string): Promise<{ text: string | null }>;
  archive(key: string, start: number): Promise<AsyncIterable<Uint8Array>>;
}

/** `--data` or SLY_DATA says which daemon is meant. */
export function connectControl(flags: Record<string, unknown>): ControlClient {
  const data = typeof flags.data === 'string' ? { data: flags.data } : {};
  const { config } = loadConfig({ flags: data, env: { SLY_DATA: process.env.SLY_DATA }, cwd: process.cwd() });
  return createControlClient(path.join(config.data, 'agent', 'control', 'agent.sock'));
}

export function createControlClient(socketPath: string): ControlClient {
  function open(method: string, url: string, body?: unknown): Promise<import('node:http').IncomingMessage> {
    return new Promise((resolve, reject) => {
      const call = request(
        // A connection a call: a kept one may be closed by the daemon at the moment it is used again.
        { socketPath, method, path: url, agent: false, headers: { 'content-type': 'application/json' } },
        resolve,
      );
      call.on('error', (cause) => {
        const errno = errnoOf(cause);
        const denied = errno === 'EACCES' || errno === 'EPERM';
        reject(
          new SlyError('SLY_DAEMON_DOWN', {
            detail: `${socketPath}: ${errno ?? cause.message}`,
            hint: denied
              ? 'Run this as the user of the service (for example with sudo -u).'
              : 'Start it with `sly-agent run`, or name its data folder with --data.',
            cause,
          }),
        );
      });
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async function bytes(method: string, url: string, body?: unknown): Promise<Buffer> {
    const response = await open(method, url, body);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks);
    if (response.statusCode !== 200)
      throw fromFailureInfo(JSON.parse(answer.toString('utf8')) as FailureInfo);
    return answer;
  }

  const json = async <T>(method: string, url: string, body?: unknown): Promise<T> =>
    JSON.parse((await bytes(method, url, body)).toString('utf8')) as T;

  return {
    status: () => json('GET', '/status'),
    tasks: (limit) => json('GET', `/tasks?limit=${limit}`),
    task: (key) => json('GET', `/tasks/${key}`),
    import: (body) => json('POST', '/import', body),
    detect: (path) => json('POST', '/detect', { path }),
    export: (body) => json('POST', '/export', body),
    cancel: (key) => json('POST', `/tasks/${key}/cancel`),
    retry: (key) => json('POST', `/tasks/${key}/retry`),
    async drain(on) {
      await json('POST', '/drain', { on });
    },
    plugins: () => json('GET', '/plugins'),
    scripts: () => json('GET', '/scripts'),
    testPlugin: (name) => json('POST', `/plugins/${encodeURIComponent(name)}/test`),
    doctor: (security) => json('GET', `/doctor${security ? '?security' : ''}`),
    supportBundle: () => bytes('GET', '/support-bundle'),
    loginLink: () => json('POST', '/login-link'),
    log: (key, offset) => json('GET', `/tasks/${key}/log?offset=${offset}`),
    report: (key) => json('GET', `/tasks/${key}/report`),
    async archive(key, start) {
      const response = await open('GET', `/tasks/${key}/archive?start=${start}`);
      if (response.statusCode === 200) return response;
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      throw fromFailureInfo(JSON.parse(Buffer.concat(chunks).toString('utf8')) as FailureInfo);
    },
  };
}
