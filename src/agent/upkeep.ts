/**
 * What keeps the agent tidy and tells its operator how it is: housekeeping, clean-up on request, the look at the
 * machine, the doctor, and the answers to the platform's questions.
 */
import path from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config/options.ts';
import type { Logger } from '../lib/log.ts';
import type { Machine } from '../protocol/machine.ts';
import { type DoctorDeps, runDoctor } from './doctor/doctor.ts';
import { createDoctorRuns } from './doctor/doctor-runs.ts';
import { createCleanUp } from './housekeeping/clean-up.ts';
import { createHousekeeping } from './housekeeping/housekeeping.ts';
import type { SweepDeps } from './housekeeping/sweep.ts';
import type { Intake } from './intake/intake.ts';
import { journalSummary } from './journal/journal-summary.ts';
import type { JournalDatabase } from './journal/open-journal.ts';
import type { Outbox } from './journal/outbox.ts';
import type { TaskBook } from './journal/task-journal.ts';
import type { Link } from './link/link.ts';
import type { QuestionHandlers } from './link/link-handlers.ts';
import { createMachineWatch } from './machine/machine-watch.ts';
import { scriptImageOf } from './open-runner.ts';
import { leftoversOf, shrinkTaskFolder, taskFolder } from './pipeline/task-folder.ts';
import type { SupportSender } from './ports/platform.ts';
import type { DoctorCheck, LimitPolicy, Runner } from './ports/runner.ts';
import { type ConfigSource, createQuestionHandlers } from './question-handlers.ts';
import { probeIsolation } from './runner/probe-isolation.ts';
import type { SupportBundle } from './support/make-bundle.ts';
import { makeSupportBundle } from './support-bundle.ts';

export interface UpkeepDeps {
  config: Config;
  configSource: ConfigSource;
  folders: { agent: string; tasks: string; upload: string };
  db: JournalDatabase;
  journal: TaskBook;
  outbox: Outbox;
  hashes: SweepDeps['hashes'];
  runner: Runner;
  limits: LimitPolicy;
  builtinImage: string;
  plugins: DoctorDeps['plugins'];
  platform: { url: string; token: string; caFile?: string };
  client: SupportSender;
  version: string;
  startedAt: number;
  recentLog(): string[];
  disk: DoctorDeps['disk'];
  intake: Intake;
  /** Asked for only when something is answered: the link itself needs the answers. */
  link(): Pick<Link, 'status' | 'logWaits'>;
  clock: Clock;
  log: Logger;
}

export interface Upkeep {
  start(): void;
  stop(): Promise<void>;
  machine(): Machine;
  doctor(options: { security: boolean }): Promise<DoctorCheck[]>;
  support(): Promise<SupportBundle>;
  questions: QuestionHandlers;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Heads of reports in a support bundle. */
const REPORTS = 20;

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { config, folders, journal, outbox, runner, builtinImage, platform, clock, intake } = deps;
  const folderOf = (ref: { key: string; attempt: number }) => taskFolder(folders.tasks, ref.key, ref.attempt);
  const shared = {
    runner,
    journal,
    tasksRoot: folders.tasks,
    // Detectors of `sly-agent detect` and self-tests are in no journal; none runs longer than a plugin may.
    strangerMs: config.wall_seconds * 1000 + HOUR_MS,
    clock,
    log: deps.log.child({ component: 'housekeeping' }),
  };
  const housekeeping = createHousekeeping({
    ...shared,
    hashes: deps.hashes,
    shrink: (ref) => shrinkTaskFolder(folderOf(ref)),
    keepMs: config.keep_days * DAY_MS,
  });
  const wantedImages = (): string[] => [
    ...new Set([
      builtinImage,
      scriptImageOf(config, deps.version),
      ...deps.plugins.list().map(({ image }) => image),
    ]),
  ];
  const { images } = runner;
  const machine = createMachineWatch({
    folders,
    ...(images !== undefined && { images: () => images.list(wantedImages()) }),
    isolation: runner.isolation,
    limits: deps.limits,
    clockOf: () => deps.link().status().clock ?? undefined,
    clock,
    log: deps.log.child({ component: 'machine' }),
  });
  const cleanUp = createCleanUp({
    ...shared,
    wantedImages,
    untold: (ref) => outbox.mentions(ref.key) || deps.link().logWaits(ref),
    folderOf: (ref) => folderOf(ref).root,
    leftoversOf: (ref) => leftoversOf(folderOf(ref)),
    onRemoved: () => machine.countAgain(),
  });

  const doctor = ({ security }: { security: boolean }): Promise<DoctorCheck[]> =>
    runDoctor({
      config,
      folders,
      runner,
      builtinImage,
      plugins: deps.plugins,
      platformUrl: platform.url,
      ...(platform.caFile === undefined ? {} : { caFile: platform.caFile }),
      link: deps.link(),
      disk: deps.disk,
      intake,
      quickCheck: () => String(deps.db.pragma('quick_check(1)', { simple: true })),
      now: () => clock.now(),
      security,
      probe: () => probeIsolation(runner, builtinImage, { folder: folders.agent }),
    });

  let making: Promise<SupportBundle> | undefined;
  /** Who asks while one is made gets that one. */
  const support = (): Promise<SupportBundle> => {
    making ??= makeSupportBundle({
      config,
      configSource: deps.configSource,
      version: deps.version,
      startedAt: deps.startedAt,
      secrets: [platform.token],
      doctor: () => doctor({ security: false }),
      machine: () => machine.state(),
      journal: () => journalSummary(deps.db),
      reports: () => journal.lastEnded(REPORTS).map((ref) => ({ ...ref, file: folderOf(ref).report })),
      recentLog: deps.recentLog,
      clock,
    }).finally(() => {
      making = undefined;
    });
    return making;
  };

  return {
    start() {
      housekeeping.start();
      machine.start();
    },
    stop: async () => void (await Promise.all([housekeeping.stop(), machine.stop()])),
    machine: () => machine.state(),
    doctor,
    support,
    questions: createQuestionHandlers({
      config,
      support,
      client: deps.client,
      configSource: deps.configSource,
      doctor: createDoctorRuns({
        run: doctor,
        file: path.join(folders.agent, 'doctor.json'),
        clock,
        log: deps.log.child({ component: 'doctor' }),
      }),
      cleanUp,
      intake,
      housekeeping,
    }),
  };
}
