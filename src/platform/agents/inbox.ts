/**
 * Frames of one connection, worked off one after another. Owns the back-pressure: while more than
 * `maxBytes` wait, the socket is paused and TCP slows the agent down.
 * Invariants: nothing is handled after `close()`; frames that wait together are handed over together, so
 * that one commit can serve many.
 */
export interface Inbox {
  push(frame: Frame): void;
  /** Resolves when what is being handled is done; nothing more is handled. */
  close(): Promise<void>;
}

export interface Frame {
  text: string;
  isBinary: boolean;
}

export interface InboxOptions {
  /** Takes from the front what it can handle at once; resolves when that is done. Returns how many it took. */
  handle(waiting: readonly Frame[]): Promise<number>;
  onError(error: unknown): void;
  pause(): void;
  resume(): void;
  maxBytes: number;
}

export function createInbox(options: InboxOptions): Inbox {
  const waiting: Frame[] = [];
  let bytes = 0;
  let isPaused = false;
  let isClosed = false;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    try {
      while (waiting.length > 0 && !isClosed) {
        const taken = await options.handle(waiting);
        for (const frame of waiting.splice(0, taken)) bytes -= frame.text.length;
        if (isPaused && bytes <= options.maxBytes / 2) {
          isPaused = false;
          options.resume();
        }
      }
    } catch (error) {
      options.onError(error);
    } finally {
      running = undefined;
    }
  }

  return {
    push(frame) {
      if (isClosed) return;
      waiting.push(frame);
      bytes += frame.text.length;
      if (!isPaused && bytes > options.maxBytes) {
        isPaused = true;
        options.pause();
      }
      running ??= run();
    },
    async close() {
      isClosed = true;
      await running;
    },
  };
}
