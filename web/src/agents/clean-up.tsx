/** Clean-up of an agent: first what would go, then, class by class, exactly that. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { now } from '../now.ts';
import { Problem } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Table } from '../parts/table.tsx';
import type { CleanUpPlan, CleanUpResult } from '../shapes.ts';
import { ago, bytes, count, plural } from '../words.ts';

type Class = CleanUpPlan['items'][number]['class'];
const CLASSES: readonly (readonly [Class, string])[] = [
  ['leftovers', 'Bytes that ended tasks left'],
  ['logs', 'Logs and reports of ended tasks'],
  ['runs', 'Plugin runs of ended tasks'],
  ['images', 'Images that no plugin needs any more'],
];
const SHOWN = 100;
const DAYS = [0, 1, 7, 30, 90] as const;

export function CleanUp({ id, off }: { id: number; off: string | undefined }) {
  const act = useAction();
  const [logDays, setLogDays] = useState(7);
  const [plan, setPlan] = useState<CleanUpPlan | undefined>(undefined);
  const [result, setResult] = useState<CleanUpResult | undefined>(undefined);

  const look = () =>
    void act.run(async () => {
      setResult(undefined);
      setPlan(await call<CleanUpPlan>('agents.clean-up.look', { id, logDays }));
    });
  const remove = (of: Class) =>
    void act.run(async () => {
      const token = plan?.token;
      // A plan is good once: what else is to go is looked for anew.
      setPlan(undefined);
      setResult(await call<CleanUpResult>('agents.clean-up.remove', { id, token, classes: [of] }));
    });
  return (
    <section aria-label="Clean-up">
      <h2>Clean-up</h2>
      <p class="dim">
        Nothing of a task that runs, waits or has not told the platform everything, never a source of yours,
        and no image that this agent has not pulled or built for its plugins.
      </p>
      <div class="bar">
        <label>
          Keep logs and reports of the last{' '}
          <select value={logDays} onChange={(event) => setLogDays(Number(event.currentTarget.value))}>
            {DAYS.map((days) => (
              <option key={days} value={days}>
                {plural(days, 'day')}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={act.busy || off !== undefined} title={off} onClick={look}>
          Look what can go
        </button>
      </div>
      {act.error === undefined ? null : <Problem error={act.error} />}
      <div aria-live="polite">
        {result === undefined ? null : <Result result={result} />}
        {plan === undefined ? null : <Plan plan={plan} busy={act.busy} remove={remove} />}
      </div>
    </section>
  );
}

function Plan(props: { plan: CleanUpPlan; busy: boolean; remove(of: Class): void }) {
  const { items, kept, more } = props.plan;
  return (
    <>
      {items.length === 0 ? <p class="box">Nothing can be removed.</p> : null}
      {CLASSES.map(([of, words]) => {
        const ofClass = items.filter((item) => item.class === of);
        if (ofClass.length === 0) return null;
        const sum = ofClass.reduce((all, item) => all + item.bytes, 0);
        return (
          <section key={of} class="clean-up-class" aria-label={words}>
            <div class="bar">
              <h3>
                {words}: {count(ofClass.length)}, {bytes(sum)}
              </h3>
              <span class="grow" />
              <ConfirmButton
                word="Remove"
                sure={`Yes, remove ${count(ofClass.length)}`}
                label={`Remove: ${words}`}
                disabled={props.busy}
                act={() => props.remove(of)}
              />
            </div>
            <Table
              label={words}
              heads={['What', '#Size', 'Last touched']}
              rows={ofClass
                .slice(0, SHOWN)
                .map((item, at) => [
                  `${at}`,
                  item.title,
                  item.bytes === 0 ? '-' : bytes(item.bytes),
                  item.modifiedAt === null ? '-' : ago(item.modifiedAt, now.value),
                ])}
            />
            {ofClass.length > SHOWN ? (
              <p class="dim">And {count(ofClass.length - SHOWN)} more like these.</p>
            ) : null}
          </section>
        );
      })}
      {more ? <p class="dim">There is more than one look shows: look again after the removal.</p> : null}
      {kept.length === 0 ? null : (
        <>
          <h3>What stays</h3>
          <ul>
            {kept.map(({ reason, items: number }) => (
              <li key={reason}>
                {count(number)} {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Result({ result }: { result: CleanUpResult }) {
  return (
    <div class="box">
      <strong>
        Removed {count(result.removed)}, {bytes(result.bytes)}.
      </strong>
      {result.left.length === 0 ? null : (
        <ul>
          {result.left.slice(0, SHOWN).map(({ title, reason }, at) => (
            <li key={at}>
              {title} stays: {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
