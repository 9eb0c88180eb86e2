/** Takes a user that exists into a team. */
import { call } from '../api.ts';
import type { Team } from './accounts.ts';
import { NewForm } from './new-form.tsx';
import { RoleOptions } from './role-options.tsx';

export function NewMember(props: { team: Team; made(): void }) {
  const send = (given: FormData): Promise<unknown> =>
    call('members.add', {
      teamId: props.team.id,
      login: String(given.get('login')).trim(),
      role: String(given.get('role')),
    });
  return (
    <NewForm label="New member" word="Take in" send={send} made={props.made}>
      <label>
        <span>Login of a user</span>
        <input type="text" name="login" required maxLength={100} autocomplete="off" />
      </label>
      <label>
        <span>Role in the team</span>
        <select name="role">
          <RoleOptions />
        </select>
      </label>
    </NewForm>
  );
}
