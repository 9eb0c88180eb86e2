/** Questions to a connected agent about its upload folder, and their answers. */
import { SlyError } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';
import type { Listing } from '../ports.ts';
import type { LiveAgents } from './live-agents.ts';

export interface FolderListings {
  /** Rejects with SLY_NOT_FOUND when the agent is not connected, SLY_TIMEOUT when it does not answer. */
  ask(agentId: number, path: string): Promise<Listing>;
  answered(agentId: number, listing: Listing): void;
  /** The agent went away: its answers will not come any more. */
  gone(agentId: number): void;
}

interface Question {
  agentId: number;
  resolve(listing: Listing): void;
  reject(error: Error): void;
}

export function createFolderListings(live: LiveAgents, listMs: number): FolderListings {
  const open = new Map<string, Question>();

  const notConnected = (agentId: number): SlyError =>
    new SlyError('SLY_NOT_FOUND', {
      detail: `agent ${agentId} is not connected`,
      hint: 'Start the agent, or look into its log.',
    });

  return {
    async ask(agentId, path) {
      const agent = live.get(agentId);
      if (agent?.ready !== true) throw notConnected(agentId);
      const id = newKey();
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise<Listing>((resolve, reject) => {
          open.set(id, { agentId, resolve, reject });
          const late = new SlyError('SLY_TIMEOUT', {
            detail: `agent ${agent.name} did not list ${JSON.stringify(path)} within ${listMs} ms`,
          });
          timer = setTimeout(() => reject(late), listMs);
          agent.send({ type: 'list', id, path });
        });
      } finally {
        clearTimeout(timer);
        open.delete(id);
      }
    },
    answered(agentId, listing) {
      const question = open.get(listing.id);
      if (question?.agentId === agentId) question.resolve(listing);
    },
    gone(agentId) {
      for (const question of open.values())
        if (question.agentId === agentId) question.reject(notConnected(agentId));
    },
  };
}
