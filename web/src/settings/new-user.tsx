/** Adds a user, into a team at once when one is chosen. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { Problem } from '../parts/bits.tsx';
import { type Me, ROLES } from './accounts.ts';

export function NewUser(props: { me: Me; made(): void }) {
  const [team, setTeam] = useState(String(props.me.teams[0]?.id ?? ''));
  const make = useAction();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const done = await make.run(() =>
      call('users.add', {
        login: String(given.get('login')),
        password: String(given.get('password')),
        ...(team !== '' && { teamId: Number(team), teamRole: String(given.get('teamRole')) }),
      }),
    );
    if (!done) return;
    form.reset();
    props.made();
  }

  return (
    <>
      <form class="fields" aria-label="New user" onSubmit={(event) => void submit(event)}>
        <label>
          <span>Login</span>
          <input
            type="text"
            name="login"
            required
            maxLength={100}
            pattern="[A-Za-z0-9][A-Za-z0-9._@+\-]*"
            title="Letters, digits and . _ @ + -; the first is a letter or a digit"
            autocomplete="off"
          />
        </label>
        <label>
          <span>First password</span>
          <input type="password" name="password" required maxLength={256} autocomplete="new-password" />
        </label>
        <label>
          <span>Team</span>
          <select name="team" value={team} onChange={(event) => setTeam(event.currentTarget.value)}>
            <option value="">none yet</option>
            {props.me.teams.map(({ id, name }) => (
              <option key={id} value={String(id)}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {team === '' ? null : (
          <label>
            <span>Role in the team</span>
            <select name="teamRole">
              {ROLES.map(([role, word]) => (
                <option key={role} value={role}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="submit" class="primary" disabled={make.busy}>
          Add user
        </button>
      </form>
      {make.error === undefined ? null : <Problem error={make.error} />}
    </>
  );
}
