/** Makes an API token and shows it, this once. */
import { useId, useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { Problem } from '../parts/bits.tsx';
import { CopyText } from '../parts/copy-text.tsx';
import { ROLES } from './accounts.ts';

const LIFETIMES = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['', 'until it is revoked'],
] as const;

export function NewToken(props: { made(): void }) {
  const [secret, setSecret] = useState<{ name: string; token: string } | undefined>(undefined);
  const make = useAction();
  const help = useId();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const [name, role, days] = ['name', 'role', 'days'].map((field) => String(given.get(field)).trim());
    const done = await make.run(async () =>
      setSecret(
        await call('tokens.add', {
          name,
          ...(role !== '' && { role }),
          ...(days !== '' && { days: Number(days) }),
        }),
      ),
    );
    if (!done) return;
    form.reset();
    props.made();
  }

  return (
    <>
      {secret === undefined ? null : (
        <div class="box secret" role="status">
          <strong>The token {secret.name}</strong>
          <p>It is shown this once: keep it now, in a secret store or the settings of the program.</p>
          <CopyText text={secret.token} label="Copy the token" />
          <button type="button" onClick={() => setSecret(undefined)}>
            I have it
          </button>
        </div>
      )}
      <form class="fields" aria-label="New API token" onSubmit={(event) => void submit(event)}>
        <label>
          <span>Name</span>
          <input
            type="text"
            name="name"
            required
            pattern=".*\S.*"
            maxLength={100}
            placeholder="training server"
            autocomplete="off"
          />
        </label>
        <label>
          <span>May do</span>
          <select name="role" aria-describedby={help}>
            <option value="">all that I may</option>
            {ROLES.map(([role, word]) => (
              <option key={role} value={role}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Good for</span>
          <select name="days" value="90">
            {LIFETIMES.map(([days, word]) => (
              <option key={days} value={days} selected={days === '90'}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary" disabled={make.busy}>
          Make a token
        </button>
      </form>
      <p class="dim" id={help}>
        A role narrows the token in every team; it never gives more than you have yourself.
      </p>
      {make.error === undefined ? null : <Problem error={make.error} />}
    </>
  );
}
