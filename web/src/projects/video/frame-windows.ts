/**
 * Figures of the frames around the one that is shown: asked for some frames at a time, a little ahead, kept while
 * they are near. However long the video is, what is held has bounds.
 */
export interface FrameWindows<F> {
  /** Undefined: not known yet. */
  get(frame: number): readonly F[] | undefined;
  /** The frame that is shown now. */
  want(frame: number): void;
  close(): void;
}

export interface FramesReply<F> {
  /** Up to here, not inclusive, the reply is whole. */
  to: number;
  frames: readonly { index: number; figures: readonly F[] }[];
}

export interface FrameWindowsOptions<F> {
  /** Of the video. */
  count: number;
  fetchFrames(from: number, to: number, signal: AbortSignal): Promise<FramesReply<F>>;
  changed(): void;
  failed(error: Error): void;
  /** Frames that are asked for at once. */
  size?: number;
  /** Windows that are kept. */
  most?: number;
}

interface Window<F> {
  from: number;
  to: number;
  frames: Map<number, readonly F[]>;
}

const SIZE = 60;
const MOST = 10;
const NOTHING: readonly never[] = [];

export function createFrameWindows<F>(options: FrameWindowsOptions<F>): FrameWindows<F> {
  const { count, size = SIZE, most = MOST } = options;
  let windows: Window<F>[] = [];
  let wanted = 0;
  let running: { from: number; to: number; controller: AbortController } | undefined;
  let closed = false;

  const holder = (frame: number): Window<F> | undefined =>
    windows.find(({ from, to }) => frame >= from && frame < to);

  /** The unknown frames around one, at most one window of them. */
  function gap(frame: number): { from: number; to: number } {
    const first = Math.floor(frame / size) * size;
    const before = windows.filter(({ to }) => to <= frame).map(({ to }) => to);
    const after = windows.filter(({ from }) => from > frame).map(({ from }) => from);
    return { from: Math.max(first, ...before), to: Math.min(first + size, count, ...after) };
  }

  /** What is missing: the frame itself, else what comes soon. */
  function missing(): number | undefined {
    if (holder(wanted) === undefined) return wanted;
    for (let frame = wanted; frame < Math.min(count, wanted + size); ) {
      const there = holder(frame);
      if (there === undefined) return frame;
      frame = there.to;
    }
    return undefined;
  }

  function pump(): void {
    if (closed) return;
    const frame = missing();
    if (frame === undefined) return;
    if (running !== undefined) {
      // What is asked for is of use, or it is given up.
      if (holder(wanted) !== undefined || (wanted >= running.from && wanted < running.to)) return;
      running.controller.abort();
    }
    void load(gap(frame));
  }

  async function load({ from, to }: { from: number; to: number }): Promise<void> {
    const controller = new AbortController();
    running = { from, to, controller };
    try {
      const reply = await options.fetchFrames(from, to, controller.signal);
      if (controller.signal.aborted) return;
      const frames = new Map(reply.frames.map(({ index, figures }) => [index, figures]));
      windows.push({ from, to: Math.max(from + 1, reply.to), frames });
      if (windows.length > most) {
        windows.sort((a, b) => distance(a, wanted) - distance(b, wanted));
        windows = windows.slice(0, most);
      }
      running = undefined;
      options.changed();
      pump();
    } catch (error) {
      if (controller.signal.aborted) return;
      running = undefined;
      options.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  return {
    get(frame) {
      const there = holder(frame);
      return there === undefined ? undefined : (there.frames.get(frame) ?? NOTHING);
    },
    want(frame) {
      wanted = frame;
      pump();
    },
    close() {
      closed = true;
      running?.controller.abort();
    },
  };
}

const distance = ({ from, to }: { from: number; to: number }, frame: number): number =>
  frame < from ? from - frame : Math.max(0, frame - to + 1);
