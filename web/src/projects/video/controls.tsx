/** Playing, stepping, and where the video is. */
import { count } from '../../words.ts';
import { clock } from './frame-times.ts';
import type { Player } from './player.ts';

const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;

export function Controls(props: { player: Player }) {
  const { player } = props;
  const { times } = player;
  const frame = player.frame.value;
  const playing = player.playing.value;
  const last = times.count - 1;
  return (
    <div class="controls">
      <button
        type="button"
        disabled={frame === 0}
        onClick={() => player.step(-1)}
        title="One frame back (arrow left)"
      >
        <span aria-hidden="true">←</span>
        <span class="unseen">Frame back</span>
      </button>
      <button
        type="button"
        disabled={player.media.value !== 'ready'}
        onClick={() => player.toggle()}
        title={`${playing ? 'Pause' : 'Play'} (space)`}
      >
        {playing ? 'Pause' : 'Play'}
      </button>
      <button
        type="button"
        disabled={frame === last}
        onClick={() => player.step(1)}
        title="One frame forward (arrow right)"
      >
        <span aria-hidden="true">→</span>
        <span class="unseen">Frame forward</span>
      </button>
      <select
        aria-label="Speed"
        value={player.speed.value}
        disabled={player.media.value !== 'ready'}
        onChange={(event) => player.setSpeed(Number(event.currentTarget.value))}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed}x
          </option>
        ))}
      </select>
      <output class="number" aria-label="Place in the video">
        Frame <b>{count(frame)}</b> of 0 - {count(last)}
        <span class="dim">{clock(times.start(frame))}</span>
      </output>
      <input
        type="range"
        min={0}
        max={last}
        value={frame}
        aria-label="Frame"
        aria-valuetext={`Frame ${frame}, ${clock(times.start(frame))}`}
        onInput={(event) => player.seek(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
