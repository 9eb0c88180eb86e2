/**
 * The daemon: which parts run in this process, and how it ends.
 * Stop ladder: first signal = take nothing new, let running tasks finish for `drain_seconds`, then let go of
 * them (containers go on, the next start finds them again); second signal = let go at once; third = leave now.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { createAgent } from './agent/agent.ts';
import type { DoctorCheck } from './agent/control/control-api.ts';
import { lockFolder } from './agent/journal/folder-lock.ts';
import { keptToken, register } from './agent/registration.ts';
import { systemClock } from './lib/clock.ts';
import { loadConfig } from './lib/config/load-config.ts';
import type { Config, Origin } from './lib/config/options.ts';
import { SlyError } from './lib/errors.ts';
import { createLogger, type Logger, logOutput } from './lib/log.ts';
import { createRecentLines, type RecentLines } from './lib/recent-lines.ts';
import { createReleaseStack } from './lib/release-stack.ts';
import { createTextDestination } from './lib/text-log.ts';
import { programVersion } from './lib/version.ts';
import { createPlatform, type Platform } from './platform/platform.ts';

export interface DaemonInput {
  flags: Record<string, string | boolean | string[] | undefined>;
  terminal: boolean;
  /** `agent` = agent, and the embedded platform when none is configured; `platform` = the platform alone. */
  parts: 'agent' | 'platform';
}

export async function runDaemon(input: DaemonInput): Promise<number> {
  // Plugins run as another user and must read what is made for them; what is private lies in folders of mode 0700.
  process.umask(0o022);
  const { config, notes, ...configSource } = readConfig(input.flags);
  const recent = createRecentLines(RECENT_LOG_CHARS);
  const log = openLog(config, input.terminal, recent);
  for (const note of notes) log.warn(note);
  mkdirSync(config.data, { recursive: true });
  const releases = createReleaseStack();
  const stopSignals = createStopSignals();
  try {
    const lock = lockFolder(
      path.join(config.data, input.parts === 'platform' ? 'platform.lock' : 'agent.lock'),
    );
    releases.push('folder lock', () => lock.release());

    const embedded = input.parts === 'platform' || config.platform_url === undefined;
    const platform = embedded ? await openPlatform(config, configSource.origins, log) : undefined;
    if (platform !== undefined) releases.push('platform', () => platform.stop());
    if (input.parts === 'platform') {
      await announce(platform, log);
      await stopSignals.first;
      return 0;
    }

    const agent = await createAgent({
      config,
      configSource,
      version: programVersion(),
      clock: systemClock,
      log,
      recentLog: recent.lines,
      platform:
        platform === undefined ? await remotePlatform(config, log) : await localPlatform(platform, config),
      ...(platform === undefined
        ? {}
        : { local: { url: platform.url(), loginLink: () => platform.loginLink() } }),
    });
    releases.push('agent', () => agent.stop());
    await agent.start();
    await announce(platform, log);

    await stopSignals.first;
    log.info(
      { seconds: config.drain_seconds },
      'stopping: running tasks may finish; a second signal lets go of them',
    );
    const patience = AbortSignal.any([
      AbortSignal.timeout(config.drain_seconds * 1000),
      stopSignals.secondSignal,
    ]);
    await agent.drain(patience);
    return 0;
  } finally {
    await releases.release();
    stopSignals.dispose();
    log.info('stopped');
  }
}

/** For `support-bundle` when nobody answers on the local socket. */
export async function supportWithoutDaemon(flags: DaemonInput['flags']): Promise<Uint8Array> {
  const { supportAlone } = await import('./agent/support-alone.ts');
  const { config, notes: _notes, ...configSource } = readConfig(flags);
  return supportAlone({ config, configSource, version: programVersion(), clock: systemClock });
}

/** For `doctor` when nobody answers on the local socket. */
export async function doctorWithoutDaemon(flags: DaemonInput['flags']): Promise<DoctorCheck[]> {
  const { doctorAlone } = await import('./agent/doctor-alone.ts');
  return doctorAlone(readConfig(flags).config, programVersion(), systemClock);
}

function readConfig(flags: DaemonInput['flags']) {
  const { config: configFlag, ...rest } = flags;
  const named = (configFlag as string | undefined) ?? process.env.SLY_CONFIG;
  const settings = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name.replaceAll('-', '_'), value]),
  );
  const first = loadConfig({
    flags: settings,
    env: process.env,
    cwd: process.cwd(),
    ...(named === undefined ? {} : { file: { path: path.resolve(named), required: true } }),
  });
  if (named !== undefined) return first;
  // The default file lies in the data folder, which is known only now.
  const file = { path: path.join(first.config.data, 'config.yaml'), required: false };
  return loadConfig({ flags: settings, env: process.env, cwd: process.cwd(), file });
}

/** Of the log, for a support bundle. */
const RECENT_LOG_CHARS = 256 << 10;

function openLog(config: Config, terminal: boolean, recent: RecentLines): Logger {
  const text = config.log_format === 'text' || (config.log_format === 'auto' && terminal);
  const out = text ? createTextDestination(process.stdout) : logOutput();
  return createLogger(config.log_level, {
    write(line: string) {
      recent.add(line);
      out.write(line);
    },
  });
}

function openPlatform(config: Config, origins: Record<string, Origin>, log: Logger): Promise<Platform> {
  return createPlatform({
    dataFolder: config.data,
    listen: parseListen(config.listen),
    log,
    clock: systemClock,
    archiveDays: config.archive_days,
    ...(origins.archive_days === undefined ? {} : { archiveDaysFrom: origins.archive_days }),
    ...(config.public_url === undefined ? {} : { publicUrl: config.public_url }),
  });
}

async function localPlatform(platform: Platform, config: Config) {
  return { url: platform.url(), token: await platform.localAgentToken(config.name ?? hostname()) };
}

async function remotePlatform(
  config: Config,
  log: Logger,
): Promise<{ url: string; token: string; caFile?: string }> {
  const { platform_url: url, token, token_file: tokenFile, ca_file: caFile } = config;
  if (url === undefined) throw new SlyError('SLY_CONFIG', { detail: 'platform_url is not set' });
  const given = token ?? (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim());
  const secret = given ?? keptToken(agentFolder(config), url) ?? (await registeredNow(config, log));
  if (secret === undefined || secret === '') {
    throw new SlyError('SLY_CONFIG', {
      detail: 'a platform address needs a token',
      hint: 'Register this agent (sly-agent register --server URL --code CODE), or set token_file (SLY_TOKEN_FILE).',
    });
  }
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
  if (new URL(url).protocol === 'http:' && !loopback && !config.allow_plain_http) {
    throw new SlyError('SLY_CONFIG', {
      detail: `${url} would send the token in the clear`,
      hint: 'Use https, or set allow_plain_http when the network is yours alone.',
    });
  }
  return { url, token: secret, ...(caFile === undefined ? {} : { caFile }) };
}

/** For `register`: `platform-url` and `registration-code` among the flags, the rest as for `run`. */
export async function registerAgent(
  flags: DaemonInput['flags'],
): Promise<{ name: string; url: string; file: string }> {
  const { config } = readConfig(flags);
  const { platform_url: url, registration_code: code } = config;
  if (url === undefined || code === undefined) {
    throw new SlyError('SLY_USAGE', {
      detail: `expected ${url === undefined ? '--server' : '--code'}`,
      hint: 'An admin of the platform makes a code on the page of agents, or by agents.codes.add.',
    });
  }
  const { name, file } = await registerWith(config, { url, code });
  return { name, url, file };
}

function registerWith(config: Config, { url, code }: { url: string; code: string }) {
  return register({
    url,
    code,
    name: config.name ?? hostname(),
    folder: agentFolder(config),
    allowPlain: config.allow_plain_http,
    ...(config.ca_file === undefined ? {} : { caFile: config.ca_file }),
  });
}

async function registeredNow(config: Config, log: Logger): Promise<string | undefined> {
  const { platform_url: url, registration_code: code } = config;
  if (url === undefined || code === undefined) return undefined;
  const { token, name } = await registerWith(config, { url, code });
  log.info({ name }, 'registered at the platform');
  return token;
}

const agentFolder = (config: Config): string => path.join(config.data, 'agent');

export function parseListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new SlyError('SLY_CONFIG', { detail: `listen: expected host:port, got ${JSON.stringify(listen)}` });
  }
  return { host: match[1] ?? match[2] ?? '', port };
}

async function announce(platform: Platform | undefined, log: Logger): Promise<void> {
  if (platform === undefined) {
    log.info('ready');
    return;
  }
  const link = await platform.loginLink();
  log.info({ url: platform.url() }, 'ready');
  process.stderr.write(
    `\n  sly-agent is ready. Open this once to log in (valid for 15 minutes):\n  ${link}\n\n`,
  );
}

interface StopSignals {
  first: Promise<void>;
  secondSignal: AbortSignal;
  dispose(): void;
}

function createStopSignals(): StopSignals {
  const second = new AbortController();
  let count = 0;
  let resolveFirst: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    resolveFirst = resolve;
  });
  const onSignal = (): void => {
    count++;
    if (count === 1) resolveFirst();
    else if (count === 2) second.abort();
    else process.exit(130);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  return {
    first,
    secondSignal: second.signal,
    dispose() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
    },
  };
}
