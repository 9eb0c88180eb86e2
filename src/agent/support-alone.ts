/** A support bundle while no daemon runs, which is when it is often wanted: configuration, checks and the journal as it lies there. */
import path from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config/options.ts';
import { doctorAlone } from './doctor-alone.ts';
import { readJournalSummary } from './journal/journal-summary.ts';
import type { ConfigSource } from './question-handlers.ts';
import { keptToken } from './registration.ts';
import { makeSupportBundle } from './support-bundle.ts';

export async function supportAlone(deps: {
  config: Config;
  configSource: ConfigSource;
  version: string;
  clock: Clock;
}): Promise<Uint8Array> {
  const { config, version, clock } = deps;
  const folder = path.join(config.data, 'agent');
  const { bytes } = await makeSupportBundle({
    ...deps,
    secrets: [keptSecret(folder, config.platform_url)],
    doctor: () => doctorAlone(config, version, clock),
    machine: () => undefined,
    journal: () => readJournalSummary(path.join(folder, 'journal.sqlite')),
    reports: () => [],
    recentLog: () => [],
  });
  return bytes;
}

/** A file that cannot be read is no reason to make no bundle; nothing of it goes in. */
function keptSecret(folder: string, url: string | undefined): string | undefined {
  try {
    return url === undefined ? undefined : keptToken(folder, url);
  } catch {
    return undefined;
  }
}
