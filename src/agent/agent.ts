/**
 * The agent, put together. Owns the order of start and stop: journal first, then what works on it, the link
 * last; stopping goes the other way round.
 */
import { mkdirSync } from 'node:fs';
import { hostname, loadavg } from 'node:os';
import path from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config/options.ts';
import { newKey } from '../lib/ids.ts';
import type { Logger } from '../lib/log.ts';
import { createReleaseStack } from '../lib/release-stack.ts';
import { packageRoot } from '../lib/version.ts';
import type { Telemetry } from '../protocol/link.ts';
import { createControlHandlers } from './control/control-handlers.ts';
import { startControlServer } from './control/control-server.ts';
import { createDiskGuard } from './housekeeping/disk-guard.ts';
import { createMemoryTrim } from './housekeeping/memory-trim.ts';
import { createIntake } from './intake/intake.ts';
import { createSourceOpener } from './intake/open-source.ts';
import { createHashCache } from './journal/hash-cache.ts';
import { createIntakeInventory } from './journal/intake-inventory.ts';
import { INTAKE_MIGRATIONS } from './journal/intake-migrations.ts';
import { openJournal } from './journal/open-journal.ts';
import { createOutbox } from './journal/outbox.ts';
import { createTaskJournal } from './journal/task-journal.ts';
import { TASK_MIGRATIONS } from './journal/task-migrations.ts';
import { createLink } from './link/link.ts';
import { createLinkProber } from './links/link-prober.ts';
import { builtinImageOf, openRunner, scriptImageOf } from './open-runner.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import { loadPlugins } from './pipeline/plugin-registry.ts';
import { createPluginOffers } from './pipeline/self-test/plugin-offers.ts';
import { createSelfTests } from './pipeline/self-test/self-tests.ts';
import type { PipelineDeps } from './pipeline/step-context.ts';
import { taskFolder } from './pipeline/task-folder.ts';
import { openLogFile } from './pipeline/task-log.ts';
import { connectPlatform } from './platform-connections.ts';
import { createProgressBoard } from './progress-board.ts';
import type { ConfigSource } from './question-handlers.ts';
import { createUpkeep } from './upkeep.ts';

export interface AgentOptions {
  config: Config;
  configSource: ConfigSource;
  version: string;
  clock: Clock;
  log: Logger;
  platform: { url: string; token: string; caFile?: string };
  /** The last lines of the process's log, for a support bundle. */
  recentLog(): string[];
  /** Standalone: the embedded platform's own address. */
  local?: { url: string; loginLink(): Promise<string> };
}

export interface Agent {
  start(): Promise<void>;
  /** Takes nothing new; resolves when nothing is held any more, or at the signal. */
  drain(patience: AbortSignal): Promise<void>;
  /** Lets go of what runs and closes everything. */
  stop(): Promise<void>;
}

const OFFERS_MS = 2_000;

export async function createAgent(options: AgentOptions): Promise<Agent> {
  const { config, version, clock, log, platform } = options;
  const releases = createReleaseStack();
  const folders = makeFolders(config);
  const name = config.name ?? hostname();
  const instanceId = newKey();
  const startedAt = clock.now();
  try {
    const db = openJournal(path.join(folders.agent, 'journal.sqlite'), [
      ...TASK_MIGRATIONS,
      ...INTAKE_MIGRATIONS,
    ]);
    releases.push('journal', () => void db.close());
    const outbox = createOutbox(db);
    const journal = createTaskJournal({ db, outbox, clock, onOutbox: () => link.notifyOutbox() });
    const hashes = createHashCache(db, clock);

    const builtinImage = builtinImageOf(config, version);
    const scriptImage = scriptImageOf(config, version);
    const plugins = loadPlugins({
      builtin: builtinPlugins(),
      builtinImage,
      extra: config.plugins_folder ?? path.join(config.data, 'plugins'),
      scripts: { folder: folders.scripts, image: scriptImage, network: config.script_network },
      includeHidden: process.env.SLY_TEST_PLUGINS === '1',
      log,
    });
    const runner = await openRunner(config, {
      builtinImage,
      scriptImage,
      agentId: outbox.journalId,
      clock,
      log: log.child({ component: 'runner' }),
    });
    releases.push('runner', () => runner.close());

    const { http, client, transfer, gateways } = connectPlatform({ platform, hashes, releases, clock, log });

    const disk = createDiskGuard({
      folder: config.data,
      reserveBytes: config.disk_reserve_mb * 1024 * 1024,
      clock,
      log: log.child({ component: 'disk' }),
    });
    const board = createProgressBoard();
    const opener = createSourceOpener({ log: log.child({ component: 'intake' }) });

    const links = createLinkProber({ allow: config.link_allow, parallel: config.link_parallel });
    releases.push('link connections', () => links.close());

    const limits = {
      memoryMb: config.memory_mb,
      cpus: config.cpus,
      pids: config.pids,
      tmpMb: config.tmp_mb,
      fileMb: config.file_mb,
      outputMb: config.output_mb,
      wallSeconds: config.wall_seconds,
      idleSeconds: config.idle_seconds,
    };
    const pipelineDeps: PipelineDeps = {
      journal,
      runner,
      opener,
      client,
      transfer,
      links,
      gateways,
      plugins,
      clock,
      log: log.child({ component: 'pipeline' }),
      tasksRoot: folders.tasks,
      uploadFolder: folders.upload,
      policy: limits,
      stopGraceMs: config.stop_grace_seconds * 1000,
      pollMs: 100,
      onProgress(record, progress) {
        board.put(record.key, progress);
        link.progress(record, progress);
      },
      onState(record) {
        board.onState(record);
        intake.onState(record);
      },
      onHashed: (record, files) => intake.onHashed(record, files),
      onLog: (record) => link.logGrew(record),
    };
    const pipeline = createPipeline(pipelineDeps, {
      slots: config.slots,
      admission: () => disk.refusal(),
      admissionRetryMs: 2_000,
    });

    const selfTests = createSelfTests({
      deps: pipelineDeps,
      file: path.join(folders.agent, 'self-tests.json'),
    });
    releases.push('self-test', () => selfTests.stop());
    const offers = createPluginOffers({
      plugins,
      runner,
      lastTest: (plugin) => selfTests.last(plugin),
      log: log.child({ component: 'runner' }),
    });

    const intake = createIntake({
      uploadFolder: folders.upload,
      tasksRoot: folders.tasks,
      inventory: createIntakeInventory(db, clock),
      clock,
      log: log.child({ component: 'intake' }),
      settleMs: config.settle_seconds * 1000,
      scanMs: config.scan_seconds * 1000,
      routes: config.routes,
      submit: (task) => pipeline.submit(task),
      retryTask: (key) => journal.request({ type: 'task.retry', key }),
    });

    const upkeep = createUpkeep({
      config,
      configSource: options.configSource,
      folders,
      db,
      journal,
      outbox,
      hashes,
      runner,
      limits,
      builtinImage,
      plugins,
      platform,
      client,
      version,
      startedAt,
      recentLog: options.recentLog,
      disk,
      intake,
      link: () => link,
      clock,
      log,
    });

    const telemetry = (): Telemetry => {
      const { freeBytes, totalBytes } = disk.state();
      return {
        load1: loadavg()[0] ?? 0,
        rssBytes: process.memoryUsage.rss(),
        diskFreeBytes: freeBytes,
        diskTotalBytes: totalBytes,
        slots: { cpu: config.slots, busy: pipeline.busy() },
        outbox: outbox.size(),
        state: pipeline.draining() ? 'draining' : disk.refusal() === undefined ? 'ready' : 'disk-low',
        isolation: runner.isolation.summary,
        machine: upkeep.machine(),
        scripts: plugins.scripts(),
      };
    };

    const link = createLink({
      ...platform,
      allowPlain: config.allow_plain_http,
      agentName: name,
      version,
      instanceId,
      journalId: outbox.journalId,
      outbox,
      clock,
      log: log.child({ component: 'link' }),
      handlers: {
        attempts: () => journal.active().map(({ key, attempt, state }) => ({ key, attempt, state })),
        held: () => pipeline.held(),
        verdict(ref, verdict) {
          if (verdict === 'cancel') pipeline.cancel(ref, 'canceled on the platform');
          else if (verdict === 'abandon') abandon(ref);
        },
        offer: (task, attempt) => pipeline.accept(task, attempt),
        isLocal: (key) => journal.get(key) !== undefined,
        cancel: (ref, reason) => void pipeline.cancel(ref, reason),
        leaseLost: (ref) => abandon(ref),
        drain: (on) => pipeline.drain(on),
        list: (folder) => intake.list(folder),
        telemetry,
        questions: { ...upkeep.questions, 'plugin.test': ({ plugin }) => selfTests.run(plugin) },
        plugins: () => offers.list(),
        pluginsNow: () => offers.known(),
        log: (ref) => openLogFile(taskFolder(folders.tasks, ref.key, ref.attempt).log),
      },
    });

    /** Running: stopped and forgotten. Not running: nobody will ask for it again. */
    function abandon(ref: { key: string; attempt: number }): void {
      const isHeld = pipeline.held().some((one) => one.key === ref.key && one.attempt === ref.attempt);
      if (isHeld) pipeline.abandon(ref);
      else journal.abandon(ref);
    }

    const trim = createMemoryTrim({ busy: () => pipeline.held().length > 0, clock, log });

    const handlers = createControlHandlers({
      version,
      config,
      folders,
      startedAt,
      platformUrl: platform.url,
      ...(options.local === undefined ? {} : { local: options.local }),
      name,
      clock,
      journal,
      outbox,
      pipeline,
      plugins,
      intake,
      link,
      disk,
      board,
      http,
      client,
      isolation: runner.isolation,
      logFile: (key, attempt) => openLogFile(taskFolder(folders.tasks, key, attempt).log),
      reportFile: (key, attempt) => taskFolder(folders.tasks, key, attempt).report,
      doctor: upkeep.doctor,
      support: upkeep.support,
      testPlugin: (plugin) => selfTests.run(plugin),
    });

    return {
      async start() {
        const looked = offers.look();
        await disk.start();
        releases.push('disk guard', () => disk.stop());
        pipeline.start();
        releases.push('pipeline', () => pipeline.stop());
        await intake.start();
        releases.push('intake', () => intake.stop());
        upkeep.start();
        releases.push('upkeep', () => upkeep.stop());
        trim.start();
        releases.push('memory trim', () => trim.stop());
        const control = await startControlServer(
          path.join(folders.agent, 'control', 'agent.sock'),
          handlers,
          log.child({ component: 'control' }),
        );
        releases.push('control socket', () => control.close());
        // So that the first hello has it; an engine that is slow now is asked again for the next one.
        await Promise.race([looked, clock.sleep(OFFERS_MS)]);
        link.start();
        releases.push('link', () => link.stop('the agent stops'));
      },
      async drain(patience) {
        pipeline.drain(true);
        await pipeline.idle(patience);
      },
      stop: () => releases.release(),
    };
  } catch (error) {
    await releases.release();
    throw error;
  }
}

export interface AgentFolders {
  agent: string;
  tasks: string;
  upload: string;
  scripts: string;
}

function makeFolders(config: Config): AgentFolders {
  const agent = path.join(config.data, 'agent');
  const folders = {
    agent,
    tasks: path.join(agent, 'tasks'),
    upload: config.upload_folder ?? path.join(config.data, 'upload'),
    scripts: config.scripts_folder ?? path.join(config.data, 'scripts'),
  };
  mkdirSync(agent, { recursive: true, mode: 0o700 });
  for (const folder of [folders.tasks, folders.upload]) mkdirSync(folder, { recursive: true });
  // One that was set is the operator's to make.
  if (config.scripts_folder === undefined) mkdirSync(folders.scripts, { recursive: true, mode: 0o755 });
  return folders;
}

/** Beside the compiled sources in an installation, in the source tree during development. */
function builtinPlugins(): string {
  const compiled = import.meta.url.endsWith('.js');
  return compiled ? path.join(packageRoot(), 'dist', 'plugins') : path.join(packageRoot(), 'plugins');
}
