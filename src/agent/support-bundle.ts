/** What goes into a support bundle of this agent, and the secrets that are taken out of all of it. */
import { arch, release, type } from 'node:os';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config/options.ts';
import { showConfig } from '../lib/config/show-config.ts';
import { createRedactor, withoutPassword } from '../lib/redact.ts';
import type { Machine } from '../protocol/machine.ts';
import type { JournalSummary } from './journal/journal-summary.ts';
import type { DoctorCheck } from './ports/runner.ts';
import type { ConfigSource } from './question-handlers.ts';
import { publicLogLine } from './support/log-lines.ts';
import { makeBundle, type SupportBundle } from './support/make-bundle.ts';
import { reportHead } from './support/report-head.ts';

export interface SupportDeps {
  config: Config;
  configSource: ConfigSource;
  version: string;
  /** Absent when no daemon runs. */
  startedAt?: number;
  /** Values that must not be in it, beside those the configuration holds. */
  secrets: readonly (string | undefined)[];
  doctor(): Promise<DoctorCheck[]>;
  machine(): Machine | undefined;
  journal(): JournalSummary | undefined;
  /** Reports of the last attempts that ended: whose, and where they lie. */
  reports(): { key: string; attempt: number; file: string }[];
  /** The last lines of the agent's log. */
  recentLog(): string[];
  clock: Clock;
}

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

export function makeSupportBundle(deps: SupportDeps): Promise<SupportBundle> {
  const { config, configSource, clock } = deps;
  const now = clock.now();
  return makeBundle(
    {
      'version.json': () => ({
        version: deps.version,
        node: process.version,
        system: `${type()} ${release()} ${arch()}`,
        runningSeconds: deps.startedAt === undefined ? null : Math.round((now - deps.startedAt) / 1000),
        proxies: Object.fromEntries(
          PROXIES.flatMap((name) => (process.env[name] ? [[name, withoutPassword(process.env[name])]] : [])),
        ),
      }),
      'configuration.json': () => ({
        file: configSource.file ?? null,
        settings: showConfig(config, configSource.origins),
      }),
      'doctor.json': () => deps.doctor(),
      'machine.json': () => deps.machine() ?? { unreadable: 'no daemon runs that looks at the machine' },
      'tasks.json': () => ({
        ...(deps.journal() ?? { unreadable: 'there is no journal' }),
        reports: deps.reports().flatMap(({ file, ...ref }) => {
          const head = reportHead(file);
          return head === undefined ? [] : [{ ...ref, ...head }];
        }),
      }),
      'log.ndjson': () => deps.recentLog().flatMap((line) => publicLogLine(line) ?? []),
    },
    { redact: createRedactor([config.token, config.registration_code, ...deps.secrets]), now },
  );
}
