/** Agents: are they there, what are they doing, how full are they; and how another one is added. */
import { useState } from 'preact/hooks';
import { AgentCard } from '../agents/agent-card.tsx';
import { CodeDialog } from '../agents/code-dialog.tsx';
import { CodeList } from '../agents/code-list.tsx';
import { useAgents } from '../agents/use-agents.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { isAdminOf, useMe } from '../settings/accounts.ts';
import type { Agent } from '../shapes.ts';

export function AgentsView() {
  const seen = useAgents();
  const me = useMe().value;
  /** An agent = a new token for it; null = a new agent; undefined = closed. */
  const [registering, setRegistering] = useState<Agent | null | undefined>(undefined);
  const [codesChanged, setCodesChanged] = useState(0);

  const agents = seen.value?.agents.entities;
  const mayRegister = me?.isAdmin === true;
  return (
    <main>
      <div class="bar">
        <h1>Agents</h1>
        <span class="grow" />
        {mayRegister ? (
          <button type="button" class="primary" onClick={() => setRegistering(null)}>
            Add an agent
          </button>
        ) : null}
      </div>
      {seen.error === undefined ? null : <Problem error={seen.error} retry={seen.reload} />}
      {agents === undefined ? (
        seen.error === undefined ? (
          <Loading />
        ) : null
      ) : agents.length === 0 ? (
        <Empty title="No agent yet">
          <p>An agent converts the files: it runs on the machine where they are, or on this one.</p>
          <p>
            {mayRegister
              ? '"Add an agent" gives the command that makes a machine one.'
              : 'An admin of this server adds one.'}
          </p>
        </Empty>
      ) : (
        <div class="cards large">
          {agents.map((agent) => (
            <AgentCard
              key={agent.id}
              agent={agent}
              tasks={seen.value?.tasks ?? new Map()}
              mayChange={isAdminOf(me, agent.teamId)}
              changed={seen.reload}
              renew={mayRegister ? () => setRegistering(agent) : undefined}
            />
          ))}
        </div>
      )}
      {mayRegister ? <CodeList key={codesChanged} agents={agents ?? []} teams={me.teams} /> : null}
      {registering === undefined || me === undefined ? null : (
        <CodeDialog
          agent={registering ?? undefined}
          teams={me.teams}
          close={() => {
            setRegistering(undefined);
            setCodesChanged((before) => before + 1);
          }}
        />
      )}
    </main>
  );
}
