/** What a probe found inside the cage -> checks a person reads. Pure. */
import type { ProbeReport } from '../../protocol/probe.ts';
import type { Isolation, RunLimits } from '../ports/runner.ts';

/** As the doctor shows it. */
export interface IsolationCheck {
  name: string;
  state: 'ok' | 'warning' | 'failed';
  detail: string;
  hint?: string;
}

export function judgeProbe(found: ProbeReport, isolation: Isolation, limits: RunLimits): IsolationCheck[] {
  const known = new Set(isolation.notEnforced);
  const permission = isolation.kind === 'node-permission';

  /** A gap this runner owns up to is a warning; one it claims to close is a failure. */
  function check(name: string, limit: string, good: boolean | undefined, detail: string): IsolationCheck {
    const title = `isolation: ${name}`;
    if (good === true) return { name: title, state: 'ok', detail };
    if (known.has(limit))
      return {
        name: title,
        state: 'warning',
        detail,
        hint: 'This runner does not enforce it; containers do.',
      };
    if (good === undefined)
      return { name: title, state: 'ok', detail: `${detail}; set by the agent, not visible from inside` };
    return {
      name: title,
      state: 'failed',
      detail,
      hint: 'Plugins are less isolated here than they should be.',
    };
  }

  const noCaps = bothZero(found.capEff, found.capBnd);
  const lonely = found.interfaces?.every((name) => name === 'lo');
  return [
    check(
      'user',
      'user',
      known.has('user') ? false : found.uid === null ? undefined : found.uid !== 0,
      `runs as uid ${found.uid}`,
    ),
    check('capabilities', 'user', noCaps, `effective ${found.capEff}, bounding ${found.capBnd}`),
    check('no new privileges', 'user', equals(found.noNewPrivs, 1), `NoNewPrivs ${found.noNewPrivs}`),
    check('system call filter', 'seccomp', equals(found.seccomp, 2), `Seccomp ${found.seccomp}`),
    check(
      'read-only disk',
      'disk',
      found.writable.length === 0,
      found.writable.length === 0
        ? 'nothing but results and /tmp is writable'
        : `could write to ${found.writable.join(', ')}`,
    ),
    check(
      'secrets',
      'secrets',
      found.exposed.length === 0,
      found.exposed.length === 0
        ? 'no secrets and no engine socket in reach'
        : `could reach ${found.exposed.join(', ')}`,
    ),
    check(
      'network',
      'network',
      known.has('network') ? false : lonely,
      `interfaces: ${found.interfaces?.join(', ') || 'none'}`,
    ),
    check(
      'devices',
      'user',
      permission ? undefined : found.devices === null ? undefined : found.devices.length === 0,
      found.devices?.length ? `beyond the basic set: ${found.devices.join(', ')}` : 'only the basic set',
    ),
    check(
      'processes',
      'user',
      permission ? !found.spawns : found.processes === null ? undefined : found.processes < 10,
      permission
        ? found.spawns
          ? 'could start a program'
          : 'cannot start programs'
        : `sees ${found.processes} processes`,
    ),
    check(
      'memory limit',
      'memory',
      within(found.memoryMax, limits.memoryBytes),
      amount(found.memoryMax, 'bytes'),
    ),
    check('swap limit', 'memory', within(found.swapMax, limits.memoryBytes), amount(found.swapMax, 'bytes')),
    check('process limit', 'pids', within(found.pidsMax, limits.pids), amount(found.pidsMax, 'processes')),
    check(
      'file size limit',
      'file',
      within(found.fileBytes, limits.fileBytes),
      amount(found.fileBytes, 'bytes'),
    ),
    check('core dumps', 'core', within(found.coreBytes, 0), amount(found.coreBytes, 'bytes')),
  ];
}

/** Neither has it any, nor could it get one back. */
function bothZero(effective: string | null, bounding: string | null): boolean | undefined {
  if (effective === null || bounding === null) return undefined;
  return /^0+$/.test(effective) && /^0+$/.test(bounding);
}

function equals(value: number | null, wanted: number): boolean | undefined {
  return value === null ? undefined : value === wanted;
}

/** -1 stands for no limit. */
function within(value: number | null, limit: number): boolean | undefined {
  return value === null ? undefined : value >= 0 && value <= limit;
}

function amount(value: number | null, unit: string): string {
  return value === null ? 'unknown' : value < 0 ? 'no limit' : `${value} ${unit}`;
}
