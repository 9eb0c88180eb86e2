/** Answers a `list`: at most one frame, with `more` when it was cut. */
import { toFailureInfo } from '../../lib/errors.ts';
import { encodeMessage } from '../../protocol/frames.ts';
import { type AgentMessage, MAX_FRAME_BYTES } from '../../protocol/link.ts';
import type { LinkHandlers } from './link-handlers.ts';

export async function answerListing(
  asked: { id: string; path: string },
  handlers: Pick<LinkHandlers, 'list'>,
): Promise<AgentMessage> {
  const { id, path } = asked;
  try {
    const { entries, more } = await handlers.list(path);
    let answer: AgentMessage = { type: 'listing', id, path, entries, more };
    for (let count = entries.length; Buffer.byteLength(encodeMessage(answer)) > MAX_FRAME_BYTES; ) {
      count = Math.floor(count / 2);
      answer = { type: 'listing', id, path, entries: entries.slice(0, count), more: true };
    }
    return answer;
  } catch (error) {
    return { type: 'listing', id, path, failure: toFailureInfo(error) };
  }
}
