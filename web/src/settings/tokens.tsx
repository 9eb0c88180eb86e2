/** The caller's API tokens: what there is, a new one, the end of one. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { now } from '../now.ts';
import { Empty, Pill } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { ago, when } from '../words.ts';
import type { Role } from './accounts.ts';
import { NewToken } from './new-token.tsx';
import { PagedTable, usePaged } from './paged-table.tsx';

interface Token {
  id: number;
  name: string;
  role: Role | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export function Tokens() {
  const tokens = usePaged<Token>('tokens.list', { sort_order: 'desc' });
  const revoke = useAction();
  return (
    <section>
      <h2>API tokens</h2>
      <p class="dim">
        Programs get in with a token: the Supervisely SDK (<code>API_TOKEN</code>), scripts (header{' '}
        <code>x-api-key</code>). A token does what you may do, or less.
      </p>
      <NewToken made={tokens.reload} />
      <PagedTable
        label="API tokens"
        list={tokens}
        heads={['Name', 'May do', 'Made', 'Expires', 'Last used', '']}
        failed={revoke.error}
        empty={
          <Empty title="No token yet">
            Give each program its own: one can be revoked without the others.
          </Empty>
        }
        row={(token) => (
          <>
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
          </>
        )}
      />
    </section>
  );
}

function Expiry(props: { at: string | null }) {
  if (props.at === null) return <>never</>;
  if (Date.parse(props.at) < now.value) return <Pill tone="quiet">Expired</Pill>;
  return <>{when(props.at)}</>;
}
