/** Questions to connected agents that wait for their answers, each with an id and a deadline. */
import { SlyError } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';
import type { PlatformMessage } from '../../protocol/link.ts';
import type { LiveAgent, LiveAgents } from './live-agents.ts';

export interface OpenQuestions<A> {
  /**
   * Rejects with SLY_NOT_FOUND when the agent is not connected, SLY_TIMEOUT when it does not answer within
   * `withinMs`. `what`: what it was to do, for that error.
   */
  ask(
    agentId: number,
    message: (id: string, agent: LiveAgent) => PlatformMessage,
    options: { what: string; withinMs: number },
  ): Promise<A>;
  answered(agentId: number, id: string, answer: A): void;
  /** The agent went away: its answers will not come any more. */
  gone(agentId: number): void;
}

interface Question<A> {
  agentId: number;
  resolve(answer: A): void;
  reject(error: Error): void;
}

export function createOpenQuestions<A>(live: LiveAgents): OpenQuestions<A> {
  const open = new Map<string, Question<A>>();

  const notConnected = (agentId: number): SlyError =>
    new SlyError('SLY_NOT_FOUND', {
      detail: `agent ${agentId} is not connected`,
      hint: 'Start the agent, or look into its log.',
    });

  return {
    async ask(agentId, message, { what, withinMs }) {
      const agent = live.get(agentId);
      if (agent?.ready !== true) throw notConnected(agentId);
      const id = newKey();
      const asked = message(id, agent);
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise<A>((resolve, reject) => {
          open.set(id, { agentId, resolve, reject });
          const detail = `agent ${agent.name} did not ${what} within ${withinMs} ms`;
          timer = setTimeout(() => reject(new SlyError('SLY_TIMEOUT', { detail })), withinMs);
          agent.send(asked);
        });
      } finally {
        clearTimeout(timer);
        open.delete(id);
      }
    },
    answered(agentId, id, answer) {
      const question = open.get(id);
      if (question?.agentId === agentId) question.resolve(answer);
    },
    gone(agentId) {
      for (const question of open.values())
        if (question.agentId === agentId) question.reject(notConnected(agentId));
    },
  };
}
