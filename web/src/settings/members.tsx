/** Who is in a team, with which role; its admins change that. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { Empty, Pill } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { isAdminOf, type Me, type Member, type Team } from './accounts.ts';
import { NewMember } from './new-member.tsx';
import { PagedTable, usePaged } from './paged-table.tsx';
import { RoleOptions } from './role-options.tsx';

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
  const members = usePaged<Member>('members.list', { teamId: team.id });
  const change = useAction();
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
      <PagedTable
        label="Members"
        list={members}
        heads={['Login', 'Name', 'Role', ...(mayChange ? [''] : [])]}
        failed={change.error}
        empty={<Empty title="Nobody is in this team">Admins of the server reach it all the same.</Empty>}
        row={(member) => (
          <>
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
                  <RoleOptions />
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
          </>
        )}
      />
    </>
  );
}
