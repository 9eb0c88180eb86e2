/** The agents and what runs on them, kept fresh while somebody looks. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { type Loaded, useLoaded } from '../loaded.ts';
import type { Agent, Page, TaskView } from '../shapes.ts';
import { RUNNING } from '../task-ended.ts';
import { useEvery } from './use-every.ts';

const LOOK_AGAIN_MS = 5000;

export interface SeenAgents {
  agents: Page<Agent>;
  /** What runs anywhere, by the key the agents name it with. */
  tasks: ReadonlyMap<string, TaskView>;
}

async function look(signal: AbortSignal): Promise<SeenAgents> {
  const [agents, running] = await Promise.all([
    call<Page<Agent>>('agents.list', {}, signal),
    call<{ entities: TaskView[] }>('tasks.recent', { states: RUNNING, limit: 500 }, signal),
  ]);
  return { agents, tasks: new Map(running.entities.map((task) => [task.key, task])) };
}

export function useAgents(): Loaded<SeenAgents> {
  const seen = useLoaded<SeenAgents>(look, 'agents');
  useEvery(LOOK_AGAIN_MS, seen.reload);
  useEffect(
    () =>
      listen({
        refresh: seen.reload,
        event: (event) => {
          if (event.type === 'agent') seen.reload();
        },
      }),
    [seen.reload],
  );
  return seen;
}
