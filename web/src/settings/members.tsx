/** Who is in a team, with which role; its admins change that. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Empty, Loading, Pill, Problem } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Pager } from '../parts/pager.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import type { Page } from '../shapes.ts';
import { isAdminOf, type Me, type Member, ROLES, type Team } from './accounts.ts';
import { NewMember } from './new-member.tsx';

const PER_PAGE = 50;

export function Members(props: { me: Me }) {
  const { me } = props;
  const [chosen, setChosen] = useState(me.teams[0]?.id);
  const team = me.teams.find(({ id }) => id === chosen);
  return (
    <section>
      <div class="bar">
        <h2>Members</h2>
        {me.teams.length < 2 ? (
          <span class="dim">{team === undefined ? '' : `of the team ${team.name}`}</span>
        ) : (
          <select
            aria-label="Team"
            value={String(chosen)}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
          >
            {me.teams.map(({ id, name }) => (
              <option key={id} value={String(id)}>
                {name}
              </option>
            ))}
          </select>
        )}
      </div>
      {team === undefined ? (
        <Empty title="You are in no team">An admin of this server takes you into one.</Empty>
      ) : (
        <TeamMembers key={team.id} me={me} team={team} />
      )}
    </section>
  );
}

function TeamMembers({ me, team }: { me: Me; team: Team }) {
  const [page, setPage] = useState(1);
  const members = useLoaded<Page<Member>>(
    (signal) => call('members.list', { teamId: team.id, page, per_page: PER_PAGE }, signal),
    `members ${team.id} ${page}`,
  );
  const change = useAction();
  const listed = members.value;
  const mayChange = isAdminOf(me, team.id);

  function apply(method: string, body: object): void {
    void change.run(() => call(method, { teamId: team.id, ...body })).then(members.reload);
  }

  return (
    <>
      {mayChange ? (
        <NewMember team={team} made={members.reload} />
      ) : (
        <p class="dim">
          Your role in this team is {team.role}; its admins take people in and change their roles.
        </p>
      )}
      {members.error === undefined ? null : <Problem error={members.error} retry={members.reload} />}
      {change.error === undefined ? null : <Problem error={change.error} />}
      {listed === undefined ? (
        members.error === undefined ? (
          <Loading />
        ) : null
      ) : listed.entities.length === 0 ? (
        <Empty title="Nobody is in this team">Admins of the server reach it all the same.</Empty>
      ) : (
        <ScrollBox label="Members">
          <table>
            <thead>
              <tr>
                <th>Login</th>
                <th>Name</th>
                <th>Role</th>
                {mayChange ? (
                  <th>
                    <span class="unseen">Actions</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {listed.entities.map((member) => (
                <tr key={member.id}>
                  <td class="path">
                    {member.login} {member.disabled ? <Pill tone="quiet">Disabled</Pill> : null}
                    {member.id === me.id ? <Pill tone="busy">You</Pill> : null}
                  </td>
                  <td>{member.name}</td>
                  <td>
                    {mayChange ? (
                      <select
                        aria-label={`Role of ${member.login} in the team`}
                        value={member.role}
                        disabled={change.busy}
                        onChange={(event) =>
                          apply('members.editInfo', { id: member.id, role: event.currentTarget.value })
                        }
                      >
                        {ROLES.map(([role, word]) => (
                          <option key={role} value={role}>
                            {word}
                          </option>
                        ))}
                      </select>
                    ) : (
                      member.role
                    )}
                  </td>
                  {mayChange ? (
                    <td class="number">
                      <ConfirmButton
                        word="Take out"
                        sure="Yes, take out"
                        label={`Take out ${member.login}`}
                        disabled={change.busy}
                        act={() => apply('members.remove', { id: member.id })}
                      />
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {listed === undefined ? null : (
        <Pager page={page} perPage={PER_PAGE} total={listed.total} turn={setPage} />
      )}
    </>
  );
}
