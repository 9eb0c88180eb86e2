/** One agent and its machine: state, room, isolation, watched folder, doctor, clean-up, settings. */
import { useState } from 'preact/hooks';
import { AgentCard } from '../agents/agent-card.tsx';
import { SettingsInForce } from '../agents/agent-settings.tsx';
import { CleanUp } from '../agents/clean-up.tsx';
import { CodeDialog } from '../agents/code-dialog.tsx';
import { Doctor } from '../agents/doctor.tsx';
import { FolderPanel } from '../agents/folder-panel.tsx';
import { IsolationFacts } from '../agents/isolation.tsx';
import { Gpus, MachineFacts, SpaceTable } from '../agents/machine.tsx';
import { useAgents } from '../agents/use-agents.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { Link } from '../router.tsx';
import { isAdminOf, isManagerOf, type Me, useMe } from '../settings/accounts.ts';
import type { Agent } from '../shapes.ts';

export function AgentView({ id }: { id: number }) {
  const seen = useAgents();
  const me = useMe().value;
  const [renewing, setRenewing] = useState(false);
  const agent = seen.value?.agents.entities.find((one) => one.id === id);
  return (
    <main class="agent-view">
      <p>
        <Link to="/agents">All agents</Link>
      </p>
      {seen.error === undefined ? null : <Problem error={seen.error} retry={seen.reload} />}
      {agent === undefined ? (
        seen.value !== undefined ? (
          <Empty title="There is no such agent" />
        ) : seen.error === undefined ? (
          <Loading />
        ) : null
      ) : (
        <>
          <h1>{agent.name}</h1>
          <AgentCard
            agent={agent}
            tasks={seen.value?.tasks ?? new Map()}
            mayChange={isAdminOf(me, agent.teamId)}
            changed={seen.reload}
            renew={me?.isAdmin === true ? () => setRenewing(true) : undefined}
          />
          {me === undefined ? null : <Sections agent={agent} me={me} />}
        </>
      )}
      {renewing && agent !== undefined && me !== undefined ? (
        <CodeDialog agent={agent} teams={me.teams} close={() => setRenewing(false)} />
      ) : null}
    </main>
  );
}

function Sections({ agent, me }: { agent: Agent; me: Me }) {
  const { id, telemetry, teamId } = agent;
  if (!agent.connected || telemetry === null) {
    return (
      <Empty title="This agent is not connected">
        <p>
          What its machine looks like is told by the agent itself. Start it, or run{' '}
          <code>sly-agent doctor</code> there.
        </p>
      </Empty>
    );
  }
  const { machine } = telemetry;
  const isAdmin = isAdminOf(me, teamId);
  return (
    <>
      {machine === undefined ? (
        <p class="box">
          Version {agent.version ?? '?'} of the agent does not tell about its machine: update it.
        </p>
      ) : (
        <>
          <MachineFacts machine={machine} />
          <section aria-label="Disk by class">
            <h2>What the agent keeps</h2>
            <SpaceTable space={machine.space} />
          </section>
          <Gpus gpus={machine.gpus} />
          <IsolationFacts summary={telemetry.isolation} isolation={machine.isolation} />
        </>
      )}
      {isManagerOf(me, teamId) ? <FolderPanel id={id} /> : null}
      {isAdmin ? (
        <>
          <Doctor id={id} />
          <CleanUp id={id} />
          <SettingsInForce id={id} />
        </>
      ) : null}
    </>
  );
}
