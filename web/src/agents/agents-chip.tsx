/** In the header of every view: how the agents are. One by its name, several by the one that is worst off. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Link } from '../router.tsx';
import type { Agent, Page } from '../shapes.ts';
import { ago, plural } from '../words.ts';
import { stateOf } from './agent-state.ts';
import { useEvery } from './use-every.ts';

/** Every heartbeat of every agent is an event; the header need not follow each. */
const LOOK_AGAIN_MS = 10_000;
const TONES = ['bad', 'warn', 'good'] as const;

export function AgentsChip() {
  const seen = useLoaded<Page<Agent>>((signal) => call('agents.list', {}, signal), 'agents in the header');
  useEvery(LOOK_AGAIN_MS, seen.reload);
  useEffect(() => listen({ refresh: seen.reload, event: () => undefined }), [seen.reload]);

  const states = (seen.value?.entities ?? []).map((agent) => ({ agent, ...stateOf(agent, now.value) }));
  const worst = TONES.flatMap((tone) => states.find((one) => one.tone === tone) ?? [])[0];
  if (worst === undefined) return null;
  const { agent, tone, word } = worst;
  const alone = states.length === 1;
  const last = `${agent.name}: last frame ${ago(agent.lastSeenAt, now.value)}`;
  return (
    <Link
      to={alone ? `/agents/${agent.id}` : '/agents'}
      class={`pill ${tone} agents-chip`}
      title={alone ? `Version ${agent.version ?? '?'}; ${last}` : last}
    >
      {alone ? agent.name : plural(states.length, 'agent')}: {word}
    </Link>
  );
}
