/** Everybody who may log in, for admins of the instance: add, make an admin, disable. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { now } from '../now.ts';
import { Empty, Pill } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { ago } from '../words.ts';
import type { Me, User } from './accounts.ts';
import { NewUser } from './new-user.tsx';
import { PagedTable, usePaged } from './paged-table.tsx';

export function Users(props: { me: Me }) {
  const { me } = props;
  const [text, setText] = useState('');
  const filter = text === '' ? [] : [{ field: 'login', operator: 'ilike', value: `%${text}%` }];
  const users = usePaged<User>('users.list', { filter });
  const change = useAction();

  if (!me.isAdmin) {
    return (
      <section>
        <h2>Users</h2>
        <p class="box">
          Admins of this server add users and disable them. Your role here is <b>{me.role}</b>: whom your
          teams hold is under Members.
        </p>
      </section>
    );
  }

  function apply(method: string, body: object): void {
    void change.run(() => call(method, body)).then(users.reload);
  }

  return (
    <section>
      <div class="bar">
        <h2>Users</h2>
        <input
          type="search"
          aria-label="Search users by login"
          placeholder="Search by login"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value.trim());
            users.turn(1);
          }}
        />
      </div>
      <NewUser me={me} made={users.reload} />
      <PagedTable
        label="Users"
        list={users}
        heads={['Login', 'Name', 'Role on this server', 'Last login', '']}
        failed={change.error}
        empty={<Empty title="Nobody of that login" />}
        row={(user) => (
          <>
            <td class="path">
              {user.login} {user.disabled ? <Pill tone="quiet">Disabled</Pill> : null}
              {user.id === me.id ? <Pill tone="busy">You</Pill> : null}
              {user.hasPassword ? null : <div class="why">no password: cannot log in by one</div>}
            </td>
            <td>{user.name}</td>
            <td>
              <select
                aria-label={`Role of ${user.login} on this server`}
                value={user.role}
                disabled={change.busy || user.id === me.id}
                onChange={(event) =>
                  apply('users.editInfo', { id: user.id, role: event.currentTarget.value })
                }
              >
                <option value="user">user: by its teams</option>
                <option value="admin">admin: everything</option>
              </select>
            </td>
            <td>{ago(user.lastLogin, now.value)}</td>
            <td class="number">
              {user.id === me.id ? null : user.disabled ? (
                <button
                  type="button"
                  disabled={change.busy}
                  aria-label={`Enable ${user.login}`}
                  onClick={() => apply('users.enable', { id: user.id })}
                >
                  Enable
                </button>
              ) : (
                <ConfirmButton
                  word="Disable"
                  sure="Yes, disable"
                  label={`Disable ${user.login}`}
                  disabled={change.busy}
                  act={() => apply('users.disable', { id: user.id })}
                />
              )}
            </td>
          </>
        )}
      />
    </section>
  );
}
