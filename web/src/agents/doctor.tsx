/** The doctor of an agent: run it, see what it found and what to do about it. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Pill, Problem } from '../parts/bits.tsx';
import { Shown } from '../parts/shown.tsx';
import type { DoctorState } from '../shapes.ts';
import { ago, plural, span, when } from '../words.ts';
import { useEvery } from './use-every.ts';

const TONES = { ok: 'good', warning: 'warn', failed: 'bad' } as const;
const WORDS = { ok: 'ok', warning: 'warning', failed: 'failed' } as const;
const RUNNING_MS = 1000;

export function Doctor({ id, off: why }: { id: number; off: string | undefined }) {
  const state = useLoaded<DoctorState>(
    (signal) =>
      why === undefined
        ? call('agents.doctor.info', { id }, signal)
        : Promise.resolve({ running: null, last: null }),
    `doctor ${id} ${why === undefined}`,
  );
  const act = useAction();
  const running = state.value?.running ?? null;
  useEvery(running === null ? undefined : RUNNING_MS, state.reload);

  const run = (security: boolean) =>
    void act.run(async () => {
      const begun = await call<DoctorState>('agents.doctor.run', { id, security });
      state.set(() => begun);
    });
  const off = why !== undefined || act.busy || running !== null || state.value === undefined;
  return (
    <section aria-label="Doctor">
      <div class="bar">
        <h2>Doctor</h2>
        <span class="grow" />
        <button type="button" disabled={off} title={why} onClick={() => run(false)}>
          Run the doctor
        </button>
        <button
          type="button"
          disabled={off}
          title={why ?? 'Also starts a probe plugin and looks at its cage from inside'}
          onClick={() => run(true)}
        >
          Check the isolation too
        </button>
      </div>
      {act.error === undefined ? null : <Problem error={act.error} />}
      <Shown loaded={state}>
        {({ last }) => (
          <>
            <p aria-live="polite">
              {running === null ? null : `Running for ${span(now.value - Date.parse(running.startedAt))} ...`}
            </p>
            {why !== undefined ? (
              <p class="dim">{why}.</p>
            ) : last === null ? (
              running === null ? (
                <p class="dim">
                  It has not run yet. It checks disk, upload folder, journal, plugins, clock and the way to
                  this platform.
                </p>
              ) : null
            ) : (
              <Checks last={last} />
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

function Checks({ last }: { last: NonNullable<DoctorState['last']> }) {
  const wrong = last.checks.filter((check) => check.state !== 'ok').length;
  return (
    <>
      <p class="dim">
        <span title={when(last.endedAt)}>Ran {ago(last.endedAt, now.value)}</span>
        {last.security ? ', with the isolation' : ''}:{' '}
        {wrong === 0 ? 'nothing is wrong' : `${plural(wrong, 'thing')} to look at`}.
      </p>
      <ul class="checks">
        {last.checks.map((check, at) => (
          <li key={at}>
            <Pill tone={TONES[check.state]}>{WORDS[check.state]}</Pill>
            <span>
              <strong>{check.name}</strong> {check.detail}
              {check.hint === undefined || check.state === 'ok' ? null : (
                <span class="advice">{check.hint}</span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
