/** The caller's API tokens: what there is, a new one, the end of one. */
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
import { ago, when } from '../words.ts';
import type { Role } from './accounts.ts';
import { NewToken } from './new-token.tsx';

const PER_PAGE = 50;

interface Token {
  id: number;
  name: string;
  role: Role | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export function Tokens() {
  const [page, setPage] = useState(1);
  const tokens = useLoaded<Page<Token>>(
    (signal) => call('tokens.list', { page, per_page: PER_PAGE, sort_order: 'desc' }, signal),
    `tokens ${page}`,
  );
  const revoke = useAction();
  const listed = tokens.value;
  return (
    <section>
      <h2>API tokens</h2>
      <p class="dim">
        Programs get in with a token: the Supervisely SDK (<code>API_TOKEN</code>), scripts (header{' '}
        <code>x-api-key</code>). A token does what you may do, or less.
      </p>
      <NewToken made={tokens.reload} />
      {tokens.error === undefined ? null : <Problem error={tokens.error} retry={tokens.reload} />}
      {revoke.error === undefined ? null : <Problem error={revoke.error} />}
      {listed === undefined ? (
        tokens.error === undefined ? (
          <Loading />
        ) : null
      ) : listed.entities.length === 0 ? (
        <Empty title="No token yet">Give each program its own: one can be revoked without the others.</Empty>
      ) : (
        <ScrollBox label="API tokens">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>May do</th>
                <th>Made</th>
                <th>Expires</th>
                <th>Last used</th>
                <th>
                  <span class="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {listed.entities.map((token) => (
                <tr key={token.id}>
                  <td class="path">{token.name}</td>
                  <td>{token.role ?? 'all that you may'}</td>
                  <td title={when(token.createdAt)}>{ago(token.createdAt, now.value)}</td>
                  <td>
                    <Expiry at={token.expiresAt} />
                  </td>
                  <td>{ago(token.lastUsedAt, now.value)}</td>
                  <td class="number">
                    <ConfirmButton
                      word="Revoke"
                      sure="Yes, revoke"
                      label={`Revoke the token ${token.name}`}
                      disabled={revoke.busy}
                      act={() =>
                        void revoke
                          .run(() => call('tokens.remove', { id: token.id }))
                          .then((gone) => gone && tokens.reload())
                      }
                    />
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

function Expiry(props: { at: string | null }) {
  if (props.at === null) return <>never</>;
  if (Date.parse(props.at) < now.value) return <Pill tone="quiet">Expired</Pill>;
  return <>{when(props.at)}</>;
}
