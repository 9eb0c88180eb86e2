/**
 * Frames and times of a video. The times are those the server has read from the file, so that a variable frame rate
 * is right; where there are none, frames are as long as each other. Frames count from 0, times are seconds.
 */
export interface FrameTimes {
  count: number;
  /** When the frame is shown first. */
  start(frame: number): number;
  /** Well within the frame: a time to seek to. */
  middle(frame: number): number;
  /** The frame that is shown at a time. */
  at(time: number): number;
  /** The frame that begins nearest to a time: for times of frames, which may be rounded. */
  nearest(time: number): number;
}

export function createFrameTimes(video: {
  count: number;
  times: readonly number[] | null;
  /** 0 = not known. */
  duration: number;
}): FrameTimes {
  const count = Math.max(1, video.count);
  const times = video.times ?? [];
  const known = times.length;
  const usual = usualLength(video, count);
  const last = count - 1;

  /** Frames beyond the known ones go on in the usual step. */
  const start = (frame: number): number =>
    frame < known ? (times[frame] ?? 0) : (times[known - 1] ?? -usual) + (frame - known + 1) * usual;

  function at(time: number): number {
    let [low, high] = [0, last];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (start(middle) <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    count,
    start,
    at,
    middle(frame) {
      const begins = start(frame);
      const ends = frame < last ? start(frame + 1) : Math.max(video.duration, begins + usual / 2);
      return (begins + ends) / 2;
    },
    nearest(time) {
      const before = at(time);
      const after = Math.min(last, before + 1);
      return start(after) - time < time - start(before) ? after : before;
    },
  };
}

function usualLength(
  { times, duration }: { times: readonly number[] | null; duration: number },
  count: number,
): number {
  const known = times?.length ?? 0;
  if (known > 1) return Math.max(1e-6, ((times?.[known - 1] ?? 0) - (times?.[0] ?? 0)) / (known - 1));
  return duration > 0 ? duration / count : 1 / 25;
}

/** `1:02:03.450`; without hours below one. */
export function clock(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  const rest = `${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
