/** Everybody who may log in, for admins of the instance: add, make an admin, disable. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Empty, Loading, Pill, Problem } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Pager } from '../parts/pager.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import type { Page } from '../shapes.ts';
import { ago } from '../words.ts';
import type { Me, User } from './accounts.ts';
import { NewUser } from './new-user.tsx';

const PER_PAGE = 50;

export function Users(props: { me: Me }) {
  const { me } = props;
  const [page, setPage] = useState(1);
  const [text, setText] = useState('');
  const filter = text === '' ? [] : [{ field: 'login', operator: 'ilike', value: `%${text}%` }];
  const users = useLoaded<Page<User>>(
    (signal) => call('users.list', { page, per_page: PER_PAGE, filter }, signal),
    `users ${page} ${text}`,
  );
  const change = useAction();
  const listed = users.value;

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
            setPage(1);
          }}
        />
      </div>
      <NewUser me={me} made={users.reload} />
      {users.error === undefined ? null : <Problem error={users.error} retry={users.reload} />}
      {change.error === undefined ? null : <Problem error={change.error} />}
      {listed === undefined ? (
        users.error === undefined ? (
          <Loading />
        ) : null
      ) : listed.entities.length === 0 ? (
        <Empty title="Nobody of that login" />
      ) : (
        <ScrollBox label="Users">
          <table>
            <thead>
              <tr>
                <th>Login</th>
                <th>Name</th>
                <th>Role on this server</th>
                <th>Last login</th>
                <th>
                  <span class="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {listed.entities.map((user) => (
                <tr key={user.id}>
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
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {listed === undefined ? null : (
        <Pager page={page} perPage={PER_PAGE} total={listed.total} turn={setPage} />
      )}
    </section>
  );
}
