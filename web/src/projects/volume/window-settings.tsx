/** Which values are shown from black to white: by level and width, as radiology calls them. */
import type { Window } from './paint.ts';
import type { Volume } from './read/volume.ts';

const STEPS = 200;

export function WindowSettings(props: {
  volume: Volume;
  shown: Window;
  first: Window;
  onShown(shown: Window): void;
}) {
  const { volume, shown, first, onShown } = props;
  const [low, high] = [Math.min(volume.inner[0], first.low), Math.max(volume.inner[1], first.high)];
  const range = high > low ? high - low : 1;
  const [level, width] = [(shown.low + shown.high) / 2, shown.high - shown.low];
  const set = (middle: number, wide: number): void =>
    onShown({ low: middle - wide / 2, high: middle + wide / 2 });
  const slider = (word: string, value: number, least: number, most: number, on: (value: number) => void) => (
    <label class="slider">
      <span>{word}</span>
      <input
        type="range"
        min={least}
        max={most}
        step={range / STEPS}
        value={value}
        aria-valuetext={rounded(value)}
        onInput={(event) => on(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
  return (
    <section class="side">
      <div class="side-head">
        <h2>Window</h2>
        <span class="dim">
          {rounded(shown.low)} to {rounded(shown.high)}
        </span>
      </div>
      {slider('Level', level, low - range / 2, high + range / 2, (value) => set(value, width))}
      {slider('Width', width, range / STEPS, 2 * range, (value) => set(level, value))}
      <button type="button" class="plain" onClick={() => onShown(first)}>
        As it was
      </button>
    </section>
  );
}

/** Four digits are enough for an eye. */
export const rounded = (value: number): string => String(Number(value.toPrecision(4)));
