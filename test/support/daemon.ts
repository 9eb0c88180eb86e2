/** Daemons that end with the test that started them. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type DaemonSettings, launchDaemon, type TestDaemon } from './daemon-process.ts';
import { tempFolder } from './temp-folder.ts';

/** Killed when the running test has finished. */
export async function startDaemon(settings: DaemonSettings = {}): Promise<TestDaemon> {
  const data = settings.data ?? path.join(tempFolder(), 'data');
  const daemon = launchDaemon({ ...settings, data });
  onTestFinished(async () => (await daemon).kill().catch(() => undefined));
  return daemon;
}

/** For a whole file of tests: whoever starts it kills it. */
export async function startSharedDaemon(settings: DaemonSettings = {}): Promise<TestDaemon> {
  return launchDaemon({
    ...settings,
    data: settings.data ?? path.join(mkdtempSync(path.join(tmpdir(), 'sly-shared-')), 'data'),
  });
}
