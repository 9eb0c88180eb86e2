/** The program of a process that makes pictures: an order comes in, a word about it goes out, one at a time. */
import { writeFileSync } from 'node:fs';
import { renderPicture } from './render-picture.ts';
import type { RenderOrder } from './rendition.ts';

export type RenderReply = { done: true } | { done: false; message: string };

try {
  // Where memory runs out it is this process that goes, not the server.
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Not Linux.
}

process.on('message', (order: RenderOrder) => {
  renderPicture(order).then(
    () => reply({ done: true }),
    (error: unknown) =>
      reply({ done: false, message: error instanceof Error ? error.message : String(error) }),
  );
});
// The server is gone.
process.on('disconnect', () => process.exit(0));

function reply(answer: RenderReply): void {
  process.send?.(answer);
}
