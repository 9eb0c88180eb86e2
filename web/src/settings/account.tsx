/** Who one is here: login, teams with the own role, and a new password. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { now } from '../now.ts';
import { Problem } from '../parts/bits.tsx';
import { FactRow } from '../parts/fact-row.tsx';
import { ago } from '../words.ts';
import type { Me } from './accounts.ts';

export function Account(props: { me: Me; changed(): void }) {
  const { me } = props;
  return (
    <>
      <section class="panel">
        <h2>{me.name}</h2>
        <dl class="facts">
          <FactRow name="Login">{me.login}</FactRow>
          <FactRow name="On this server">{me.isAdmin ? 'admin' : 'user'}</FactRow>
          <FactRow name="Logged in">{ago(me.lastLogin, now.value)}</FactRow>
          {me.teams.map((team) => (
            <FactRow key={team.id} name={`Team ${team.name}`}>
              {team.role}
            </FactRow>
          ))}
        </dl>
      </section>
      <PasswordForm {...props} />
    </>
  );
}

function PasswordForm({ me, changed }: { me: Me; changed(): void }) {
  const change = useAction();
  const [done, setDone] = useState(false);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    setDone(false);
    const ok = await change.run(async () => {
      if (given.get('password') !== given.get('again')) throw new Error('The two new passwords differ.');
      await call('users.editInfo', {
        id: me.id,
        password: String(given.get('password')),
        ...(me.hasPassword && { currentPassword: String(given.get('current')) }),
      });
    });
    if (!ok) return;
    form.reset();
    setDone(true);
    changed();
  }

  return (
    <section class="panel">
      <h2>{me.hasPassword ? 'Change the password' : 'Set a password'}</h2>
      <p class="why">Everywhere else this account is logged out by it. Tokens stay.</p>
      <form class="fields" aria-label="Password" onSubmit={(event) => void submit(event)}>
        {me.hasPassword ? (
          <Password name="current" label="Password now" autocomplete="current-password" />
        ) : null}
        <Password name="password" label="New password" autocomplete="new-password" />
        <Password name="again" label="New password again" autocomplete="new-password" />
        <button type="submit" class="primary" disabled={change.busy}>
          {me.hasPassword ? 'Change password' : 'Set password'}
        </button>
      </form>
      <p role="status">{done ? 'The password is changed.' : ''}</p>
      {change.error === undefined ? null : <Problem error={change.error} />}
    </section>
  );
}

function Password(props: { name: string; label: string; autocomplete: string }) {
  return (
    <label>
      <span>{props.label}</span>
      <input type="password" name={props.name} required maxLength={256} autocomplete={props.autocomplete} />
    </label>
  );
}
