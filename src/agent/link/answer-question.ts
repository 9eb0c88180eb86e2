/** Answers an `ask`: the question must be known, what comes with it must fit, the answer goes into one frame. */
import { SlyError, toFailureInfo } from '../../lib/errors.ts';
import { createParser } from '../../lib/schema.ts';
import { encodeMessage } from '../../protocol/frames.ts';
import { type AgentMessage, MAX_FRAME_BYTES } from '../../protocol/link.ts';
import { QUESTIONS, type QuestionName } from '../../protocol/questions.ts';
import type { LinkHandlers } from './link-handlers.ts';

const parsers = Object.fromEntries(
  Object.entries(QUESTIONS).map(([name, { asks }]) => [name, createParser(asks)]),
);

export async function answerQuestion(
  asked: { id: string; question: string; with: unknown },
  { questions = {} }: Pick<LinkHandlers, 'questions'>,
): Promise<AgentMessage> {
  const { id, question } = asked;
  try {
    if (!Object.hasOwn(questions, question) || !Object.hasOwn(parsers, question)) throw unknown(question);
    // The parser belongs to the name, which the types cannot see.
    const handler = questions[question as QuestionName] as (input: unknown) => unknown;
    const answer = await handler(parsers[question]?.parse(asked.with, question));
    const message: AgentMessage = { type: 'answer', id, answer };
    if (Buffer.byteLength(encodeMessage(message)) <= MAX_FRAME_BYTES) return message;
    throw new SlyError('SLY_TOO_LARGE', {
      detail: `the answer to ${question} does not fit into ${MAX_FRAME_BYTES} bytes`,
    });
  } catch (error) {
    return { type: 'answer', id, failure: toFailureInfo(error) };
  }
}

function unknown(question: string): SlyError {
  return new SlyError('SLY_NOT_FOUND', { detail: `this agent does not know the question ${question}` });
}
