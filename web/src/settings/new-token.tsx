/** Makes an API token and shows it, this once. */
import { useId, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { CopyText } from '../parts/copy-text.tsx';
import { NewForm } from './new-form.tsx';
import { RoleOptions } from './role-options.tsx';

const LIFETIMES = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['', 'until it is revoked'],
] as const;

export function NewToken(props: { made(): void }) {
  const [secret, setSecret] = useState<{ name: string; token: string } | undefined>(undefined);
  const help = useId();

  async function send(given: FormData): Promise<void> {
    const [name, role, days] = ['name', 'role', 'days'].map((field) => String(given.get(field)).trim());
    setSecret(
      await call('tokens.add', {
        name,
        ...(role !== '' && { role }),
        ...(days !== '' && { days: Number(days) }),
      }),
    );
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
      <NewForm label="New API token" word="Make a token" send={send} made={props.made}>
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
            <RoleOptions />
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
      </NewForm>
      <p class="dim" id={help}>
        A role narrows the token in every team; it never gives more than you have yourself.
      </p>
    </>
  );
}
