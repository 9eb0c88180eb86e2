/** One agent: state, what it runs, how loaded and how full its machine is. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { now } from '../now.ts';
import { Pill, Problem, Progress } from '../parts/bits.tsx';
import { FactRow } from '../parts/fact-row.tsx';
import { Link } from '../router.tsx';
import type { Agent, TaskView } from '../shapes.ts';
import { ago, bytes, plural, when } from '../words.ts';
import { stateOf } from './agent-state.ts';
import { gpuWord } from './machine.tsx';

/** A connected agent says something every few seconds. */
const SILENT_MS = 30_000;

export function AgentCard(props: {
  agent: Agent;
  tasks: ReadonlyMap<string, TaskView>;
  mayChange: boolean;
  changed(): void;
  /** Gives it a new token; absent = the caller may not. */
  renew: (() => void) | undefined;
}) {
  const { agent, mayChange, changed, renew } = props;
  const { telemetry } = agent;
  const state = stateOf(agent, now.value);
  const drain = useAction();
  return (
    <article class="card agent" aria-label={`Agent ${agent.name}`}>
      <div class="bar">
        <strong>
          <Link to={`/agents/${agent.id}`}>{agent.name}</Link>
        </strong>
        <Pill tone={state.tone}>{state.word}</Pill>
        <span class="grow" />
        {renew === undefined ? null : (
          <button
            type="button"
            class="plain"
            title="When its token was lost or its machine was set up anew"
            onClick={renew}
          >
            New token
          </button>
        )}
        {mayChange ? (
          <button
            type="button"
            disabled={drain.busy}
            title={agent.draining ? 'Take tasks again' : 'Finish what runs, take nothing new'}
            onClick={() =>
              void drain.run(() => call('agents.drain', { id: agent.id, on: !agent.draining })).then(changed)
            }
          >
            {agent.draining ? 'Resume' : 'Drain'}
          </button>
        ) : null}
      </div>
      {drain.error === undefined ? null : <Problem error={drain.error} />}
      <dl class="facts narrow">
        <FactRow name="Last frame">
          <LastFrame agent={agent} />
        </FactRow>
        <FactRow name="Version">{agent.version ?? '-'}</FactRow>
        {telemetry === null ? null : <Telemetry told={telemetry} />}
        <FactRow name="Running">
          <Running agent={agent} tasks={props.tasks} />
        </FactRow>
        <FactRow name="Plugins">
          {agent.plugins.length === 0 ? (
            'none'
          ) : (
            <Link to={`/plugins?agent=${encodeURIComponent(agent.name)}`}>
              {plural(agent.plugins.length, 'plugin')}
            </Link>
          )}
        </FactRow>
      </dl>
    </article>
  );
}

function LastFrame({ agent: { connected, lastSeenAt } }: { agent: Agent }) {
  const silent = connected && lastSeenAt !== null && now.value - Date.parse(lastSeenAt) > SILENT_MS;
  return (
    <span class={silent ? 'why warn' : undefined} title={lastSeenAt === null ? undefined : when(lastSeenAt)}>
      {ago(lastSeenAt, now.value)}
      {silent ? ': connected, but silent' : ''}
    </span>
  );
}

function Telemetry({ told }: { told: NonNullable<Agent['telemetry']> }) {
  const { slots, diskFreeBytes, diskTotalBytes } = told;
  return (
    <>
      <FactRow name="Isolation">{told.isolation}</FactRow>
      <FactRow name="Slots">
        <progress aria-label="Slots in use" max={Math.max(1, slots.cpu)} value={slots.busy} /> {slots.busy} of{' '}
        {slots.cpu} busy
      </FactRow>
      <FactRow name="Disk">
        <progress
          aria-label="Disk in use"
          max={Math.max(1, diskTotalBytes)}
          value={diskTotalBytes - diskFreeBytes}
        />{' '}
        {bytes(diskFreeBytes)} free of {bytes(diskTotalBytes)}
      </FactRow>
      <FactRow name="Load">{told.load1.toFixed(2)} over the last minute</FactRow>
      {told.machine === undefined ? null : <FactRow name="GPU">{gpuWord(told.machine.gpus)}</FactRow>}
      <FactRow name="Memory">{bytes(told.rssBytes)} by the agent itself</FactRow>
      <FactRow name="Outbox">{plural(told.outbox, 'message')} to send</FactRow>
    </>
  );
}

function Running({ agent, tasks }: { agent: Agent; tasks: ReadonlyMap<string, TaskView> }) {
  if (agent.running.length === 0) return <>nothing</>;
  return (
    <ul class="running">
      {agent.running.map(({ key }) => {
        const task = tasks.get(key);
        return (
          <li key={key}>
            {task === undefined ? (
              <code>{key}</code>
            ) : (
              <>
                <Link to={`/tasks/${task.id}`}>{task.title}</Link> <Progress task={task} />
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
