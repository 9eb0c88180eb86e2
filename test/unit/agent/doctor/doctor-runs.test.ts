import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runChecks } from '../../../../src/agent/doctor/doctor.ts';
import { createDoctorRuns } from '../../../../src/agent/doctor/doctor-runs.ts';
import type { DoctorCheck } from '../../../../src/agent/ports/runner.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { eventually } from '../../../support/daemon-process.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const OK: DoctorCheck = { name: 'disk', state: 'ok', detail: 'room' };

function rig(file = path.join(tempFolder('doctor'), 'doctor.json')) {
  const ends: ((checks: DoctorCheck[] | Error) => void)[] = [];
  const runs = createDoctorRuns({
    run: () =>
      new Promise((resolve, reject) =>
        ends.push((checks) => (checks instanceof Error ? reject(checks) : resolve(checks))),
      ),
    file,
    clock: systemClock,
    log: silentLogger(),
  });
  const ended = () =>
    eventually(() => (runs.state().running === null && runs.state().last !== null ? true : undefined));
  return { runs, ends, file, ended };
}

test('one runs at a time; the last one is kept, also over a restart', async () => {
  const { runs, ends, file, ended } = rig();
  expect(runs.state()).toEqual({ running: null, last: null });
  expect(runs.start({ security: true }).running).toMatchObject({ security: true });
  expect(() => runs.start({ security: false })).toThrow(/runs since/);
  ends[0]?.([OK]);
  await ended();
  expect(runs.state().last).toMatchObject({ security: true, checks: [OK] });
  await eventually(() => (readFileSync(file, 'utf8').includes('disk') ? true : undefined));
  expect(rig(file).runs.state().last).toEqual(runs.state().last);
  // The one before stays visible while the next one runs.
  expect(runs.start({ security: false }).last?.checks).toEqual([OK]);
});

test('a doctor that fails inside is a result, and the next one may run', async () => {
  const { runs, ends, ended } = rig();
  runs.start({ security: false });
  ends[0]?.(new Error('no engine'));
  await ended();
  expect(runs.state().last?.checks).toEqual([{ name: 'doctor', state: 'failed', detail: 'no engine' }]);
  expect(runs.start({ security: false }).running).not.toBeNull();
});

test('a kept result that is damaged is as good as none', () => {
  const file = path.join(tempFolder('doctor'), 'doctor.json');
  for (const text of ['', '{', '{"last":{"checks":7}}', 'null']) {
    writeFileSync(file, text);
    expect(rig(file).runs.state().last).toBeNull();
  }
});

test('a check that does not end is a failed one, and the others are told', async () => {
  const checks = await runChecks(
    [
      ['disk', async () => OK],
      ['engine', () => new Promise<never>(() => undefined)],
    ],
    { limitMs: 30 },
  );
  expect(checks).toEqual([OK, { name: 'engine', state: 'failed', detail: 'no answer within 0.03 s' }]);
});
