/** Checks of the way to the platform: name, connection, certificate, clock, link. */
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { errnoOf } from '../../lib/errors.ts';
import type { DoctorCheck } from '../ports/runner.ts';
import type { DoctorDeps } from './doctor.ts';

const MAX_SKEW_MS = 60_000;
const TIMEOUT_MS = 5_000;

export async function checkClockAndPlatform(
  deps: Pick<DoctorDeps, 'platformUrl' | 'caFile' | 'now'>,
): Promise<DoctorCheck[]> {
  const url = new URL(deps.platformUrl);
  try {
    await lookup(url.hostname.replace(/^\[|\]$/g, ''));
  } catch (error) {
    return [
      {
        name: 'platform',
        state: 'failed',
        detail: `the name ${url.hostname} is not found (${errnoOf(error) ?? 'error'})`,
        hint: 'Check platform_url and the DNS of this machine.',
      },
    ];
  }
  const { Agent, request } = await import('undici');
  const tls = deps.caFile === undefined ? {} : { connect: { ca: readFileSync(deps.caFile) } };
  const dispatcher = new Agent(tls);
  try {
    const asked = deps.now();
    const response = await request(new URL('/healthz', url), {
      dispatcher,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body.dump();
    const answered = deps.now();
    const reached: DoctorCheck =
      response.statusCode === 200
        ? { name: 'platform', state: 'ok', detail: `${url.origin} answered in ${answered - asked} ms` }
        : {
            name: 'platform',
            state: 'failed',
            detail: `${url.origin}/healthz answered ${response.statusCode}`,
            hint: 'Is that the address of a platform? A proxy in between may answer for it.',
          };
    return [reached, clockCheck(response.headers.date, asked, answered)];
  } catch (error) {
    const code = errnoOf(error) ?? (error as Error).name;
    const isTls = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code);
    return [
      {
        name: 'platform',
        state: 'failed',
        detail: `${url.origin}: ${code}`,
        hint: isTls
          ? 'Name the authority of its certificate with ca_file.'
          : 'Is it running, and does a firewall or proxy let this machine through?',
      },
    ];
  } finally {
    await dispatcher.destroy();
  }
}

function clockCheck(date: string | string[] | undefined, asked: number, answered: number): DoctorCheck {
  const theirs = Date.parse(String(date));
  if (Number.isNaN(theirs)) return { name: 'clock', state: 'warning', detail: 'the platform tells no time' };
  // The header has whole seconds.
  const skew = Math.max(0, Math.abs(theirs - (asked + answered) / 2) - 1000);
  if (skew <= MAX_SKEW_MS) return { name: 'clock', state: 'ok', detail: 'agrees with the platform' };
  return {
    name: 'clock',
    state: 'warning',
    detail: `differs from the platform's by ${Math.round(skew / 1000)} s`,
    hint: 'Switch on time synchronisation (timedatectl set-ntp true).',
  };
}

export function checkLink(
  link: { status: string; lastFrameAt: number | null; reason: string | null },
  now: number,
): DoctorCheck {
  if (link.status === 'online') {
    const age =
      link.lastFrameAt === null ? '' : `, last frame ${Math.round((now - link.lastFrameAt) / 1000)} s ago`;
    return { name: 'link', state: 'ok', detail: `online${age}` };
  }
  const refused = link.status === 'refused';
  return {
    name: 'link',
    state: refused ? 'failed' : 'warning',
    detail: `${link.status}${link.reason === null ? '' : `: ${link.reason}`}`,
    hint: refused
      ? 'Make a new agent token on the platform and restart the agent.'
      : 'Work on this machine goes on; results are reported when the platform answers.',
  };
}
