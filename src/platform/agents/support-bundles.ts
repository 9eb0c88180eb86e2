/**
 * Support bundles of agents: asked for over the link, sent over the data plane, kept in memory for an hour. Nothing of
 * them is written to disk; a restart of the platform drops them. Invariants: bytes are taken only where one was asked
 * for, from the agent that was asked; an agent has one at a time; no more than MOST_KEPT are kept.
 */
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { sha256Of } from '../../lib/hash.ts';
import { newKey } from '../../lib/ids.ts';
import { MAX_SUPPORT_BYTES } from '../../protocol/support-bundle.ts';
import type { AgentAnswer, SupportBundle, SupportBundles } from '../ports/agents.ts';
import type { AgentQuestions } from './agent-questions.ts';

const KEPT_MS = 3600_000;
const MOST_KEPT = 8;

export function createSupportBundles(questions: Pick<AgentQuestions, 'ask'>, clock: Clock): SupportBundles {
  /** What was asked for and is not answered: id of the upload -> agent, and the bytes once they came. */
  const open = new Map<string, { agentId: number; bytes?: Uint8Array }>();
  const kept = new Map<number, SupportBundle & { bytes: Uint8Array }>();

  function prune(): void {
    const now = clock.now();
    for (const [agentId, { expiresAt }] of kept) if (Date.parse(expiresAt) <= now) kept.delete(agentId);
  }

  return {
    async make(agentId): Promise<AgentAnswer<SupportBundle>> {
      prune();
      const upload = newKey();
      const place: { agentId: number; bytes?: Uint8Array } = { agentId };
      open.set(upload, place);
      try {
        const { answer, failure } = await questions.ask(agentId, 'support.bundle', { upload });
        if (failure !== undefined) return { failure };
        const { bytes } = place;
        if (bytes === undefined || bytes.length !== answer.size || sha256Of(bytes) !== answer.sha256) {
          throw new SlyError('SLY_BAD_MESSAGE', {
            detail: `expected a bundle of ${answer.size} bytes, got ${bytes?.length ?? 0}`,
          });
        }
        const bundle = { ...answer, id: upload, expiresAt: new Date(clock.now() + KEPT_MS).toISOString() };
        kept.delete(agentId);
        kept.set(agentId, { ...bundle, bytes });
        for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
        return { answer: bundle };
      } finally {
        open.delete(upload);
      }
    },

    async put(agentId, upload, chunks) {
      const place = open.get(upload);
      if (place?.agentId !== agentId) {
        throw new SlyError('SLY_NOT_FOUND', { detail: `no support bundle is expected as ${upload}` });
      }
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of chunks) {
        size += piece.length;
        if (size > MAX_SUPPORT_BYTES) {
          throw new SlyError('SLY_TOO_LARGE', {
            detail: `expected a bundle of at most ${MAX_SUPPORT_BYTES} bytes, got more`,
          });
        }
        pieces.push(piece);
      }
      place.bytes = Buffer.concat(pieces);
    },

    bytes(agentId, id) {
      prune();
      const bundle = kept.get(agentId);
      return bundle?.id === id ? bundle.bytes : undefined;
    },
  };
}
