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
import type { JournalDatabase } from './journal/open-journal.ts';
import type { Outbox } from './journal/outbox.ts';
import type { TaskBook } from './journal/task-journal.ts';
import type { Link } from './link/link.ts';
import type { QuestionHandlers } from './link/link-handlers.ts';
import { createMachineWatch } from './machine/machine-watch.ts';
import { leftoversOf, shrinkTaskFolder, taskFolder } from './pipeline/task-folder.ts';
import type { DoctorCheck, LimitPolicy, Runner } from './ports/runner.ts';
import { type ConfigSource, createQuestionHandlers } from './question-handlers.ts';
import { probeIsolation } from './runner/probe-isolation.ts';

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
  platform: { url: string; caFile?: string };
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
  questions: QuestionHandlers;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

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
  const machine = createMachineWatch({
    folders,
    isolation: runner.isolation,
    limits: deps.limits,
    clockOf: () => deps.link().status().clock ?? undefined,
    clock,
    log: deps.log.child({ component: 'machine' }),
  });
  const cleanUp = createCleanUp({
    ...shared,
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

  return {
    start() {
      housekeeping.start();
      machine.start();
    },
    stop: async () => void (await Promise.all([housekeeping.stop(), machine.stop()])),
    machine: () => machine.state(),
    doctor,
    questions: createQuestionHandlers({
      config,
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
