/** What the agent answers when the platform asks: each question goes to the room that knows. */
import type { Config, Origin } from '../lib/config/options.ts';
import { showConfig } from '../lib/config/show-config.ts';
import { sha256Of } from '../lib/hash.ts';
import type { DoctorRuns } from './doctor/doctor-runs.ts';
import type { CleanUp } from './housekeeping/clean-up.ts';
import type { Housekeeping } from './housekeeping/housekeeping.ts';
import { retentionOf } from './housekeeping/retention.ts';
import type { Intake } from './intake/intake.ts';
import type { QuestionHandlers } from './link/link-handlers.ts';
import type { SupportSender } from './ports/platform.ts';
import type { SupportBundle } from './support/make-bundle.ts';

/** Where the values of the configuration come from. */
export interface ConfigSource {
  origins: Readonly<Record<string, Origin>>;
  /** The file that was read, if any. */
  file: string | undefined;
}

const SEND_MS = 60_000;

export function createQuestionHandlers(deps: {
  config: Config;
  configSource: ConfigSource;
  doctor: DoctorRuns;
  cleanUp: CleanUp;
  intake: Pick<Intake, 'folderState' | 'retry'>;
  housekeeping: Pick<Housekeeping, 'state'>;
  support(): Promise<SupportBundle>;
  client: SupportSender;
}): QuestionHandlers {
  const { config, configSource, doctor, cleanUp, intake, housekeeping, client } = deps;
  return {
    'doctor.state': () => doctor.state(),
    'doctor.run': (asked) => doctor.start(asked),
    'cleanUp.look': (asked) => cleanUp.look(asked),
    'cleanUp.remove': (asked) => cleanUp.remove(asked),
    'folder.state': () => intake.folderState(),
    'folder.retry': ({ name }) => ({ accepted: intake.retry(name) }),
    settings: () => ({
      file: configSource.file ?? null,
      settings: showConfig(config, configSource.origins),
    }),
    retention: () =>
      retentionOf({
        keepDays: config.keep_days,
        keepDaysFrom: configSource.origins.keep_days ?? 'default',
        state: housekeeping.state(),
      }),
    'support.bundle': async ({ upload }) => {
      const { bytes, files } = await deps.support();
      await client.putSupportBundle(upload, bytes, AbortSignal.timeout(SEND_MS));
      return { size: bytes.length, sha256: sha256Of(bytes), files };
    },
  };
}
