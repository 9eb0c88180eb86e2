import type { Clock } from '../../lib/clock.ts';

/**
 * Tells a silent plugin from a busy reader: only time in which we wait for the plugin counts as its silence.
 * While the reader holds a line back, the plugin may be blocked on its own output and is not to blame.
 */
export interface ReaderActivity {
  waiting(): void;
  received(): void;
  /** Milliseconds the reader has been waiting for the next output; 0 while it is not waiting. */
  silenceMs(): number;
}

export function createReaderActivity(clock: Clock): ReaderActivity {
  let since: number | undefined;
  return {
    waiting() {
      since ??= clock.now();
    },
    received() {
      since = undefined;
    },
    silenceMs: () => (since === undefined ? 0 : clock.now() - since),
  };
}
