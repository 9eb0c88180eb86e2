/** The built daemon as a child process, with its own data folder and port. For tests and benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ControlClient, createControlClient } from '../../src/cli/control-client.ts';
import { packageRoot } from '../../src/lib/version.ts';

export interface DaemonSettings {
  /** Default: a fresh folder. Give the one of an earlier daemon to start again on its state. */
  data?: string;
  port?: number;
  /** `platform` runs the platform alone. */
  command?: 'run' | 'platform';
  flags?: Record<string, string>;
  env?: Record<string, string>;
}

export interface TestDaemon {
  readonly data: string;
  readonly upload: string;
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  readonly control: ControlClient;
  adminToken(): string;
  log(): string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

const START_MS = 30_000;
const QUICK = {
  'settle-seconds': '1',
  'scan-seconds': '1',
  'drain-seconds': '0',
  'disk-reserve-mb': '1',
  'log-format': 'json',
  'log-level': 'debug',
};

/** The caller kills it. */
export async function launchDaemon(settings: DaemonSettings & { data: string }): Promise<TestDaemon> {
  const { data } = settings;
  const port = settings.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const command = settings.command ?? 'run';
  const flags = { data, listen: `127.0.0.1:${port}`, ...QUICK, ...settings.flags };
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const { NODE_EXTRA_CA_CERTS: _ca, NODE_OPTIONS: _options, ...env } = process.env;
  const main = path.join(packageRoot(), 'dist', 'src', 'main.js');
  const child = spawn(process.execPath, [main, command, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, SLY_TEST_PLUGINS: '1', ...settings.env },
  });
  const logFile = `${data}.log`;
  const sink = createWriteStream(logFile, { flags: 'a' });
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  void ended.then(() => sink.end());

  const remote = settings.flags?.['platform-url'] !== undefined;
  const socket = path.join(data, 'agent', 'control', 'agent.sock');
  const control = createControlClient(socket);
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const answers = async (): Promise<boolean> => {
    if (command === 'run') {
      const status = await control.status().catch(() => undefined);
      if (status?.pid !== child.pid || remote) return status?.pid === child.pid;
    }
    const reply = await fetch(`${url}/healthz`).catch(() => undefined);
    return reply?.ok === true;
  };
  for (const deadline = Date.now() + START_MS; ; await delay(50)) {
    if (child.exitCode !== null)
      throw new Error(`the daemon ended with ${child.exitCode}\n${log().slice(-4000)}`);
    if (await answers()) break;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the daemon does not answer\n${log().slice(-4000)}`);
    }
  }

  return {
    data,
    upload: path.join(data, 'upload'),
    port,
    url,
    process: child,
    control,
    adminToken: () => readFileSync(path.join(data, 'platform', 'admin-token'), 'utf8').trim(),
    log,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Not of those the system gives to connections: those could be taken while a daemon is away for a moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Polls until `look` gives something; its last error or value is in the failure. */
export async function eventually<T>(
  look: () => Promise<T | undefined> | T | undefined,
  options: { within?: number; what?: string } = {},
): Promise<T> {
  const { within = 30_000, what = 'it' } = options;
  let last: unknown;
  for (const deadline = Date.now() + within; Date.now() < deadline; await delay(50)) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(
    `${what} did not happen within ${within} ms${last === undefined ? '' : `: ${String(last)}`}`,
  );
}
