/** Codes that nobody has used yet; nothing when there is none. What they are is shown nowhere again. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Problem } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import type { Team } from '../settings/accounts.ts';
import type { Agent } from '../shapes.ts';
import { ago, span } from '../words.ts';

interface Waiting {
  id: number;
  agentId: number | null;
  teamId: number | null;
  createdAt: string;
  expiresAt: string;
}

export function CodeList(props: { agents: readonly Agent[]; teams: readonly Team[] }) {
  const codes = useLoaded<{ entities: Waiting[] }>(
    (signal) => call('agents.codes.list', {}, signal),
    'codes',
  );
  const remove = useAction();
  const good = (codes.value?.entities ?? []).filter((one) => Date.parse(one.expiresAt) > now.value);
  if (codes.error !== undefined) return <Problem error={codes.error} retry={codes.reload} />;
  if (good.length === 0) return null;

  function what({ agentId, teamId }: Waiting): string {
    if (agentId !== null)
      return `A new token for ${props.agents.find(({ id }) => id === agentId)?.name ?? `agent ${agentId}`}`;
    if (teamId === null) return 'A new agent for every team';
    return `A new agent for the team ${props.teams.find(({ id }) => id === teamId)?.name ?? teamId}`;
  }

  return (
    <section>
      <h2>Codes not used yet</h2>
      {remove.error === undefined ? null : <Problem error={remove.error} />}
      <ul class="files codes">
        {good.map((code) => (
          <li key={code.id}>
            <span>{what(code)}</span>
            <span class="dim">
              made {ago(code.createdAt, now.value)}, good for {span(Date.parse(code.expiresAt) - now.value)}
            </span>
            <span class="grow" />
            <ConfirmButton
              word="Remove"
              sure="Yes, remove"
              label={`Remove the code: ${what(code)}`}
              disabled={remove.busy}
              act={() =>
                void remove.run(() => call('agents.codes.remove', { id: code.id })).then(codes.reload)
              }
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
