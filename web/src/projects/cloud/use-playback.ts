/**
 * Plays an episode: each frame is shown as long as was asked for, and no shorter than it takes until the next one is
 * there. While it plays the address of the page stays, as browsers refuse to change it many times a second.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { turnTo } from '../item-head.tsx';
import type { ItemViewProps } from '../item-view.tsx';
import type { FramesAhead } from './frames-ahead.ts';
import type { Frame } from './load-cloud.ts';

/** Frames a second. */
export const SPEEDS = [1, 2, 5, 10, 20] as const;
const FIRST_SPEED = 5;
/** Loaded before they are shown: while the episode stands, and while it plays. */
const AHEAD = 2;
const AHEAD_PLAYING = 12;

export interface Playback {
  playing: boolean;
  speed: number;
  setSpeed(speed: number): void;
  toggle(): void;
}

export interface PlayedFrame {
  /** The frame that is shown, or about to be. */
  id: number;
  to(id: number | undefined): void;
}

/** Which frame that is: the one of the address, until it plays on from there. */
export function usePlayedFrame(asked: number): PlayedFrame {
  const [played, to] = useState<{ from: number; id: number } | undefined>(undefined);
  const isOn = played?.from === asked;
  return { id: isOn ? played.id : asked, to: (id) => to(id === undefined ? undefined : { from: asked, id }) };
}

export function usePlayback(options: {
  project: ItemViewProps['project'];
  /** The frame of the address. */
  asked: number;
  frame: PlayedFrame;
  frames: readonly Frame[] | undefined;
  /** Whether all of the frame is on the screen, or will never be. */
  isShown: boolean;
  ahead: FramesAhead;
}): Playback {
  const { project, asked, frame, frames = [], isShown, ahead } = options;
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(FIRST_SPEED);
  const since = useRef(0);
  const at = frames.findIndex((one) => one.id === frame.id);

  // Whoever goes elsewhere by hand wants to look at that.
  useEffect(() => setPlaying(false), [asked]);

  const show = (next: Frame): void => {
    since.current = performance.now();
    frame.to(next.id);
  };
  const stop = (): void => {
    setPlaying(false);
    if (frame.id !== asked) turnTo(project, frame.id);
  };

  useEffect(() => {
    if (!playing || !isShown) return;
    const next = frames[at + 1];
    if (next === undefined) {
      stop();
      return;
    }
    const timer = setTimeout(() => show(next), 1000 / speed - (performance.now() - since.current));
    return () => clearTimeout(timer);
  }, [playing, isShown, frame.id, speed]);

  useEffect(() => {
    if (at === -1) return;
    const ids = (from: number, to: number): number[] =>
      frames.slice(Math.max(0, from), to).map((one) => one.id);
    ahead.want({
      load: ids(at + 1, at + 1 + (playing ? AHEAD_PLAYING : AHEAD)),
      keep: ids(at - 1, at + 1),
    });
  }, [frames, at, playing]);

  return {
    playing,
    speed,
    setSpeed,
    toggle() {
      if (playing) {
        stop();
        return;
      }
      const [first] = frames;
      if (first === undefined || frames.length < 2) return;
      since.current = performance.now();
      setPlaying(true);
      if (at === frames.length - 1) show(first);
    },
  };
}
