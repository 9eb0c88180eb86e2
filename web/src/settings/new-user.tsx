/** Adds a user, into a team at once when one is chosen. */
import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import type { Me } from './accounts.ts';
import { NewForm } from './new-form.tsx';
import { RoleOptions } from './role-options.tsx';

export function NewUser(props: { me: Me; made(): void }) {
  const [team, setTeam] = useState(String(props.me.teams[0]?.id ?? ''));
  const send = (given: FormData): Promise<unknown> =>
    call('users.add', {
      login: String(given.get('login')),
      password: String(given.get('password')),
      ...(team !== '' && { teamId: Number(team), teamRole: String(given.get('teamRole')) }),
    });

  return (
    <NewForm label="New user" word="Add user" send={send} made={props.made}>
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
            <RoleOptions />
          </select>
        </label>
      )}
    </NewForm>
  );
}
