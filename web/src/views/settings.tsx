/** Settings: the caller's tokens, people, what this server keeps. One address a section. */
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { Link } from '../router.tsx';
import { Account } from '../settings/account.tsx';
import { type Me, useMe } from '../settings/accounts.ts';
import { Archives } from '../settings/archives.tsx';
import { Members } from '../settings/members.tsx';
import { Retention } from '../settings/retention.tsx';
import { Server } from '../settings/server.tsx';
import { Tokens } from '../settings/tokens.tsx';
import { Users } from '../settings/users.tsx';

const SECTIONS = [
  ['account', 'Account'],
  ['tokens', 'API tokens'],
  ['members', 'Members'],
  ['users', 'Users'],
  ['server', 'Server'],
  ['archives', 'Archives'],
  ['retention', 'Retention'],
] as const;

export function SettingsView(props: { section: string | undefined }) {
  const section = props.section ?? 'tokens';
  const me = useMe();
  const shown = SECTIONS.filter(([name]) => name !== 'users' || me.value?.isAdmin !== false);
  return (
    <main class="settings">
      <div class="bar">
        <h1>Settings</h1>
        <nav class="tabs" aria-label="Sections of the settings">
          {shown.map(([name, word]) => (
            <Link key={name} to={`/settings/${name}`} current={name === section}>
              {word}
            </Link>
          ))}
        </nav>
      </div>
      {me.error === undefined ? null : <Problem error={me.error} retry={me.reload} />}
      {me.value !== undefined ? (
        <Section name={section} me={me.value} reload={me.reload} />
      ) : me.error === undefined ? (
        <Loading />
      ) : null}
    </main>
  );
}

function Section({ name, me, reload }: { name: string; me: Me; reload(): void }) {
  if (name === 'account') return <Account me={me} changed={reload} />;
  if (name === 'tokens') return <Tokens />;
  if (name === 'members') return <Members me={me} />;
  if (name === 'users') return <Users me={me} />;
  if (name === 'server') return <Server me={me} />;
  if (name === 'archives') return <Archives me={me} />;
  if (name === 'retention') return <Retention me={me} />;
  return <Empty title="There is no such section" />;
}
