/** Where in the episode a frame is; pulled, stepped or played to another. */
import { count } from '../../words.ts';
import type { Frame } from './load-cloud.ts';
import { type Playback, SPEEDS } from './use-playback.ts';

export function FrameSlider(props: {
  frames: readonly Frame[];
  id: number;
  onFrame(id: number): void;
  playback: Playback;
}) {
  const { frames, id, onFrame, playback } = props;
  const at = frames.findIndex((one) => one.id === id);
  return (
    <div class="episode">
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
      <div class="bar">
        <button
          type="button"
          disabled={frames.length < 2}
          onClick={playback.toggle}
          title={`${playback.playing ? 'Pause' : 'Play'} (space)`}
        >
          {playback.playing ? 'Pause' : 'Play'}
        </button>
        <label>
          Speed{' '}
          <select
            value={playback.speed}
            onChange={(event) => playback.setSpeed(Number(event.currentTarget.value))}
          >
            {SPEEDS.map((speed) => (
              <option key={speed} value={speed}>
                {speed} a second
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}
