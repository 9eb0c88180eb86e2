/** What is known of a video file. Times are seconds, sizes pixels. */
export interface VideoStream {
  /** Among all streams of the file, in the file's order. */
  index: number;
  codecName: string;
  /** As shown, after rotation. */
  width: number;
  height: number;
  /** Degrees clockwise: 0, 90, 180, 270. */
  rotation: number;
  framesCount: number;
  /** When each frame is shown, ascending; null for more than MOST_TIMECODES frames. */
  framesToTimecodes: number[] | null;
  duration: number;
  startTime: number;
}

export interface VideoFacts {
  mime: string;
  /** Only those of video. */
  streams: VideoStream[];
}

export const MOST_TIMECODES = 2_000_000;

/** Frames come in the order they are decoded, which is not the order they are shown. */
export function streamOf(
  stream: Omit<VideoStream, 'framesCount' | 'framesToTimecodes' | 'startTime'>,
  frames: { times: number[]; count: number },
): VideoStream {
  const times = frames.times.map((time) => Math.round(time * 1e6) / 1e6).sort((a, b) => a - b);
  const startTime = times[0] ?? 0;
  return {
    ...stream,
    framesCount: frames.count,
    framesToTimecodes: frames.count > MOST_TIMECODES ? null : times,
    startTime,
  };
}
