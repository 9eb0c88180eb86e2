/**
 * Checks everything the agent depends on and says what to do about what is wrong. Each check is one small
 * function; a check that fails inside is itself a failed check, never the end of the others.
 */
import type { Config } from '../../lib/config/options.ts';
import type { PluginRegistry } from '../ports/plugins.ts';
import type { DoctorCheck, Runner } from '../ports/runner.ts';
import {
  checkDisk,
  checkFileLimits,
  checkInotify,
  checkJournal,
  checkUploadFolder,
} from './machine-checks.ts';
import { checkClockAndPlatform, checkLink } from './platform-checks.ts';
import { checkScripts } from './script-check.ts';

export interface DoctorDeps {
  config: Config;
  folders: { agent: string; upload: string };
  runner: Runner;
  builtinImage: string;
  plugins: Pick<PluginRegistry, 'list' | 'scripts'>;
  platformUrl: string;
  caFile?: string;
  link: {
    status(): { status: string; lastFrameAt: number | null; reason: string | null };
  };
  disk: {
    state(): { freeBytes: number; totalBytes: number; reserveBytes: number };
    refusal(): string | undefined;
  };
  intake: { status(): { state: string; detail: string | null } };
  quickCheck(): string;
  now(): number;
  security: boolean;
  /** Runs a probe plugin with the production options and looks at its cage from inside. */
  probe(): Promise<DoctorCheck[]>;
}

export async function runDoctor(deps: DoctorDeps): Promise<DoctorCheck[]> {
  const checks: NamedCheck[] = [
    ['plugins run', () => checkRunner(deps)],
    ['scripts', () => checkScripts(deps)],
    ['disk', async () => checkDisk(deps.disk)],
    ['upload folder', () => checkUploadFolder(deps.folders.upload, deps.intake.status())],
    ['folder events', () => checkInotify(deps.intake.status())],
    ['open files', () => checkFileLimits()],
    ['journal', async () => checkJournal(deps.quickCheck())],
    ['platform', () => checkClockAndPlatform(deps)],
    ['link', async () => checkLink(deps.link.status(), deps.now())],
  ];
  if (deps.security) checks.push(['isolation', () => deps.probe()]);
  return runChecks(checks);
}

export type NamedCheck = [name: string, check: () => Promise<DoctorCheck | DoctorCheck[]>];

/** A probe alone may take a minute. */
const CHECK_MS = 120_000;

/** All at once, in order; one that fails inside, or does not end, is itself a failed check. */
export async function runChecks(
  checks: readonly NamedCheck[],
  { limitMs = CHECK_MS }: { limitMs?: number } = {},
): Promise<DoctorCheck[]> {
  const results = await Promise.all(
    checks.map(async ([name, check]) => {
      try {
        return await withinLimit(check(), limitMs);
      } catch (error) {
        return { name, state: 'failed' as const, detail: (error as Error).message };
      }
    }),
  );
  return results.flat();
}

async function withinLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function checkRunner({
  runner,
  builtinImage,
  config,
}: Pick<DoctorDeps, 'runner' | 'builtinImage' | 'config'>): Promise<DoctorCheck> {
  const { kind, summary, notEnforced } = runner.isolation;
  await runner.check(builtinImage);
  if (kind === 'docker' && notEnforced.length === 0)
    return { name: 'plugins run', state: 'ok', detail: summary };
  return {
    name: 'plugins run',
    state: 'warning',
    detail: notEnforced.length === 0 ? summary : `${summary}; not enforced: ${notEnforced.join(', ')}`,
    hint:
      kind === 'docker'
        ? 'Some limits need a newer cgroup set-up of the engine.'
        : `For containers install Docker and let this user use ${config.docker_socket}; runner: docker refuses anything less.`,
  };
}
