/** Takes a user that exists into a team. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { Problem } from '../parts/bits.tsx';
import { ROLES, type Team } from './accounts.ts';

export function NewMember(props: { team: Team; made(): void }) {
  const add = useAction();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const done = await add.run(() =>
      call('members.add', {
        teamId: props.team.id,
        login: String(given.get('login')).trim(),
        role: String(given.get('role')),
      }),
    );
    if (!done) return;
    form.reset();
    props.made();
  }

  return (
    <>
      <form class="fields" aria-label="New member" onSubmit={(event) => void submit(event)}>
        <label>
          <span>Login of a user</span>
          <input type="text" name="login" required maxLength={100} autocomplete="off" />
        </label>
        <label>
          <span>Role in the team</span>
          <select name="role">
            {ROLES.map(([role, word]) => (
              <option key={role} value={role}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary" disabled={add.busy}>
          Take in
        </button>
      </form>
      {add.error === undefined ? null : <Problem error={add.error} />}
    </>
  );
}
