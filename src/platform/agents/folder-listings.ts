/** Questions to a connected agent about what lies in its upload folder, and their answers. */
import type { Listing } from '../ports/agents.ts';
import type { LiveAgents } from './live-agents.ts';
import { createOpenQuestions } from './open-questions.ts';

export interface FolderListings {
  /** Rejects with SLY_NOT_FOUND when the agent is not connected, SLY_TIMEOUT when it does not answer. */
  ask(agentId: number, path: string): Promise<Listing>;
  answered(agentId: number, listing: Listing): void;
  /** The agent went away: its answers will not come any more. */
  gone(agentId: number): void;
}

export function createFolderListings(live: LiveAgents, listMs: number): FolderListings {
  const open = createOpenQuestions<Listing>(live);
  return {
    ask: (agentId, path) =>
      open.ask(agentId, (id) => ({ type: 'list', id, path }), {
        what: `list ${JSON.stringify(path)}`,
        withinMs: listMs,
      }),
    answered: (agentId, listing) => open.answered(agentId, listing.id, listing),
    gone: open.gone,
  };
}
