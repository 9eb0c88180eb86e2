/** Where in the episode a frame is; pulled or stepped to another. */
import { count } from '../../words.ts';
import type { Frame } from './load-cloud.ts';

export function FrameSlider(props: { frames: readonly Frame[]; id: number; onFrame(id: number): void }) {
  const { frames, id, onFrame } = props;
  const at = frames.findIndex((one) => one.id === id);
  return (
    <label class="slider">
      <span>
        Frame <b>{count(at + 1)}</b> of {count(frames.length)}
      </span>
      <input
        type="range"
        min={0}
        max={Math.max(0, frames.length - 1)}
        value={at}
        aria-valuetext={`Frame ${at + 1} of ${frames.length}`}
        onInput={(event) => {
          const frame = frames[event.currentTarget.valueAsNumber];
          if (frame !== undefined) onFrame(frame.id);
        }}
      />
    </label>
  );
}
