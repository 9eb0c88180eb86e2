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
import { Support } from '../agents/support.tsx';
import { useAgents } from '../agents/use-agents.ts';
import { now } from '../now.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { Link } from '../router.tsx';
import { isAdminOf, isManagerOf, type Me, useMe } from '../settings/accounts.ts';
import type { Agent } from '../shapes.ts';
import { ago, when } from '../words.ts';

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
  const { id, teamId, lastKnown } = agent;
  const telemetry = agent.telemetry ?? lastKnown?.telemetry ?? null;
  const off = agent.connected
    ? undefined
    : `${agent.name} is not connected: only the agent itself can do this`;
  const isAdmin = isAdminOf(me, teamId);
  return (
    <>
      {off === undefined ? null : <Away asOf={lastKnown?.at ?? null} />}
      {telemetry === null ? null : telemetry.machine === undefined ? (
        <p class="box">
          Version {agent.version ?? '?'} of the agent does not tell about its machine: update it.
        </p>
      ) : (
        <>
          <MachineFacts machine={telemetry.machine} />
          <section aria-label="Disk by class">
            <h2>What the agent keeps</h2>
            <SpaceTable space={telemetry.machine.space} />
          </section>
          <Gpus gpus={telemetry.machine.gpus} />
          <IsolationFacts summary={telemetry.isolation} isolation={telemetry.machine.isolation} />
        </>
      )}
      {isManagerOf(me, teamId) && off === undefined ? <FolderPanel id={id} /> : null}
      {isAdmin ? (
        <>
          <Doctor id={id} off={off} />
          <CleanUp id={id} off={off} />
          <Support agent={agent} off={off} />
          <SettingsInForce id={id} />
        </>
      ) : null}
    </>
  );
}

function Away({ asOf }: { asOf: string | null }) {
  return (
    <div class="box warn">
      <strong>This agent is not connected.</strong>{' '}
      {asOf === null
        ? 'It has not told about its machine yet.'
        : `What stands here is as of ${when(asOf)} (${ago(asOf, now.value)}).`}{' '}
      Start it, or run <code>sly-agent doctor</code> there; its watched folder shows when it is back.
    </div>
  );
}
