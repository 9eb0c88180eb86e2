/**
 * What of a video is shown: its frame, and whether it goes on by itself. Drives a video element where there is one
 * that can be played; without one the frame is a number that is set.
 */
import { type Signal, signal } from '@preact/signals';
import type { FrameTimes } from './frame-times.ts';

/** `none`: there is nothing to be played, or the browser cannot; `lost`: loading it broke off. */
export type Media = 'loading' | 'ready' | 'none' | 'lost';

export interface Player {
  readonly times: FrameTimes;
  /** The one on the screen. */
  readonly frame: Signal<number>;
  readonly playing: Signal<boolean>;
  readonly media: Signal<Media>;
  /** 1 = as it was taken. */
  readonly speed: Signal<number>;
  setSpeed(speed: number): void;
  /** Takes over an element that is in the document; the returned function lets it go. */
  attach(video: HTMLVideoElement): () => void;
  seek(frame: number): void;
  step(by: number): void;
  toggle(): void;
}

export function createPlayer(times: FrameTimes, hasMedia: boolean): Player {
  const frame = signal(0);
  const playing = signal(false);
  const media = signal<Media>(hasMedia ? 'loading' : 'none');
  const speed = signal(1);
  let element: HTMLVideoElement | undefined;
  /** Where it was sent last, while it stands: steps go on from there, however fast they come. */
  let target = 0;

  const within = (wanted: number): number => Math.max(0, Math.min(times.count - 1, Math.round(wanted)));

  function seek(wanted: number): void {
    target = within(wanted);
    if (media.value === 'ready' && element !== undefined) {
      playing.value = false;
      element.pause();
      element.currentTime = times.middle(target);
    } else frame.value = target;
  }

  function show(shown: number): void {
    frame.value = shown;
    if (playing.value) target = shown;
  }

  function attach(video: HTMLVideoElement): () => void {
    element = video;
    video.playbackRate = speed.value;
    let callback = 0;
    const hasFrames = 'requestVideoFrameCallback' in video;
    const onFrame = (_now: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
      show(times.nearest(mediaTime));
      callback = video.requestVideoFrameCallback(onFrame);
    };
    const onTick = (): void => {
      show(times.at(video.currentTime));
      callback = requestAnimationFrame(onTick);
    };
    const stopTicks = (): void => {
      if (!hasFrames) cancelAnimationFrame(callback);
    };
    const events: Partial<Record<keyof HTMLVideoElementEventMap, () => void>> = {
      loadeddata() {
        // The browser plays the sound of what it cannot show.
        if (video.videoWidth === 0) {
          media.value = 'none';
          return;
        }
        media.value = 'ready';
        if (target > 0) seek(target);
      },
      error() {
        playing.value = false;
        media.value = video.error?.code === MediaError.MEDIA_ERR_NETWORK ? 'lost' : 'none';
      },
      play() {
        playing.value = true;
        if (!hasFrames) callback = requestAnimationFrame(onTick);
      },
      pause() {
        playing.value = false;
        if (!video.seeking) target = frame.value;
        stopTicks();
      },
      // Also where the frame on the screen stays the same, of which no callback tells.
      seeked: () => show(times.at(video.currentTime)),
    };
    for (const [name, listener] of Object.entries(events)) video.addEventListener(name, listener);
    if (hasFrames) callback = video.requestVideoFrameCallback(onFrame);
    return () => {
      for (const [name, listener] of Object.entries(events)) video.removeEventListener(name, listener);
      if (hasFrames) video.cancelVideoFrameCallback(callback);
      else stopTicks();
      element = undefined;
      // Else the browser goes on loading it.
      video.removeAttribute('src');
      video.load();
    };
  }

  return {
    times,
    frame,
    playing,
    media,
    speed,
    setSpeed(to) {
      speed.value = to;
      if (element !== undefined) element.playbackRate = to;
    },
    attach,
    seek,
    step: (by) => seek(target + by),
    toggle() {
      if (media.value !== 'ready' || element === undefined) return;
      if (playing.value) element.pause();
      else {
        if (frame.value >= times.count - 1) element.currentTime = times.middle(0);
        element.play().catch(() => {
          // Refused by the browser; its button is still there.
        });
      }
    },
  };
}
