/** Agents: are they there, what are they doing, how full are they. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Empty, Loading, Pill, Problem } from '../parts/bits.tsx';
import type { Agent, Page } from '../shapes.ts';
import { ago, bytes, plural } from '../words.ts';

const LOOK_AGAIN_MS = 5000;

export function AgentsView() {
  const agents = useLoaded<Page<Agent>>((signal) => call('agents.list', {}, signal), 'agents');
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) agents.reload();
    }, LOOK_AGAIN_MS);
    const stop = listen({
      refresh: agents.reload,
      event: (event) => {
        if (event.type === 'agent') agents.reload();
      },
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [agents.reload]);

  return (
    <main>
      <h1>Agents</h1>
      {agents.error === undefined ? null : <Problem error={agents.error} retry={agents.reload} />}
      {agents.value === undefined ? (
        agents.error === undefined ? (
          <Loading />
        ) : null
      ) : agents.value.entities.length === 0 ? (
        <Empty title="No agent yet">An agent appears here when it has connected once.</Empty>
      ) : (
        <div class="cards large">
          {agents.value.entities.map((agent) => (
            <AgentCard key={agent.id} agent={agent} drained={agents.reload} />
          ))}
        </div>
      )}
    </main>
  );
}

function AgentCard(props: { agent: Agent; drained(): void }) {
  const { agent } = props;
  const { telemetry } = agent;
  const used = telemetry === null ? 0 : telemetry.diskTotalBytes - telemetry.diskFreeBytes;
  return (
    <article class="card">
      <div class="bar">
        <strong>{agent.name}</strong>
        <AgentPill agent={agent} />
        <span class="grow" />
        <button
          type="button"
          title={agent.draining ? 'Take tasks again' : 'Finish what runs, take nothing new'}
          onClick={() =>
            void call('agents.drain', { id: agent.id, on: !agent.draining }).then(
              props.drained,
              props.drained,
            )
          }
        >
          {agent.draining ? 'Resume' : 'Drain'}
        </button>
      </div>
      <dl class="facts narrow">
        <Row name="Last frame">{ago(agent.lastSeenAt, now.value)}</Row>
        <Row name="Version">{agent.version ?? '-'}</Row>
        {telemetry === null ? null : (
          <>
            <Row name="Isolation">{telemetry.isolation}</Row>
            <Row name="Slots">
              <progress max={Math.max(1, telemetry.slots.cpu)} value={telemetry.slots.busy} />{' '}
              {telemetry.slots.busy} of {telemetry.slots.cpu} busy
            </Row>
            <Row name="Disk">
              <progress max={Math.max(1, telemetry.diskTotalBytes)} value={used} />{' '}
              {bytes(telemetry.diskFreeBytes)} free of {bytes(telemetry.diskTotalBytes)}
            </Row>
            <Row name="Load">{telemetry.load1.toFixed(2)}</Row>
            <Row name="Memory">{bytes(telemetry.rssBytes)}</Row>
            <Row name="Outbox">{plural(telemetry.outbox, 'message')} to send</Row>
          </>
        )}
        <Row name="Running">{plural(agent.running.length, 'task')}</Row>
        <Row name="Plugins">{agent.plugins.join(', ') || '-'}</Row>
      </dl>
    </article>
  );
}

function AgentPill(props: { agent: Agent }) {
  const { connected, draining, telemetry } = props.agent;
  if (!connected) return <Pill tone="bad">Offline</Pill>;
  if (draining || telemetry?.state === 'draining') return <Pill tone="warn">Draining</Pill>;
  if (telemetry?.state === 'disk-low') return <Pill tone="bad">Disk low</Pill>;
  if (telemetry?.state === 'no-runner') return <Pill tone="bad">Cannot run plugins</Pill>;
  return <Pill tone="good">Online</Pill>;
}

function Row(props: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
