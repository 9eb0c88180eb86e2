/** Asks a connected agent one of the questions of the protocol and holds its answer against the answer's shape. */
import { type FailureInfo, SlyError } from '../../lib/errors.ts';
import { createParser, type Parser } from '../../lib/schema.ts';
import { type Answered, type Asked, QUESTIONS, type QuestionName } from '../../protocol/questions.ts';
import type { AgentAnswer } from '../ports/agents.ts';
import type { LiveAgents } from './live-agents.ts';
import { createOpenQuestions } from './open-questions.ts';

export interface AgentQuestions {
  /**
   * Rejects with SLY_NOT_FOUND when the agent is not connected or too old to know the question, SLY_TIMEOUT when it
   * does not answer, SLY_BAD_MESSAGE when the answer has another shape. What the agent itself refuses is in `failure`.
   */
  ask<N extends QuestionName>(
    agentId: number,
    question: N,
    asked: Asked<N>,
  ): Promise<AgentAnswer<Answered<N>>>;
  answered(agentId: number, message: Answer & { id: string }): void;
  gone(agentId: number): void;
}

interface Answer {
  answer?: unknown;
  failure?: FailureInfo | undefined;
}

/** Questions whose answer may mean much work; all others are answered from memory. */
const PATIENCE: Partial<Record<QuestionName, number>> = {
  'cleanUp.look': 60_000,
  'cleanUp.remove': 300_000,
  'plugin.test': 300_000,
  'support.bundle': 240_000,
};

const parsers = new Map<QuestionName, Parser<unknown>>();

function parserOf(question: QuestionName): Parser<unknown> {
  let parser = parsers.get(question);
  if (parser === undefined) {
    parser = createParser(QUESTIONS[question].answers);
    parsers.set(question, parser);
  }
  return parser;
}

export function createAgentQuestions(live: LiveAgents, answerMs: number): AgentQuestions {
  const open = createOpenQuestions<Answer>(live);
  return {
    async ask<N extends QuestionName>(agentId: number, question: N, asked: Asked<N>) {
      const { answer, failure } = await open.ask(
        agentId,
        (id, agent) => {
          if (!agent.questions.has(question)) throw tooOld(agent.name, question);
          return { type: 'ask', id, question, with: asked };
        },
        { what: `answer ${question}`, withinMs: PATIENCE[question] ?? answerMs },
      );
      if (failure !== undefined) return { failure };
      return { answer: parserOf(question).parse(answer, `answer to ${question}`) as Answered<N> };
    },
    answered: (agentId, message) => open.answered(agentId, message.id, message),
    gone: open.gone,
  };
}

function tooOld(name: string, question: string): SlyError {
  return new SlyError('SLY_NOT_FOUND', {
    detail: `agent ${name} does not know the question ${question}`,
    hint: 'Its version is older than this platform: update it.',
  });
}
