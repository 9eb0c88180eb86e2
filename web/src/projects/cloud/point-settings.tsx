/** What the points are coloured by, and how large they are drawn. */
import type { ColorBy } from './point-colors.ts';

const WORDS: Readonly<Record<ColorBy, string>> = {
  rgb: 'Their own colour',
  height: 'Height',
  intensity: 'Intensity',
  one: 'One colour',
};
const MOST_PIXELS = 8;

export function PointSettings(props: {
  ways: readonly ColorBy[];
  colorBy: ColorBy;
  onColorBy(by: ColorBy): void;
  pointSize: number;
  onPointSize(pixels: number): void;
}) {
  const { ways, colorBy, onColorBy, pointSize, onPointSize } = props;
  return (
    <section class="side">
      <label class="slider">
        <span>Colour by</span>
        <select
          value={colorBy}
          disabled={ways.length === 0}
          onChange={(event) => onColorBy(event.currentTarget.value as ColorBy)}
        >
          {ways.map((way) => (
            <option key={way} value={way}>
              {WORDS[way]}
            </option>
          ))}
        </select>
      </label>
      <label class="slider">
        <span>Point size</span>
        <input
          type="range"
          min={1}
          max={MOST_PIXELS}
          value={pointSize}
          aria-valuetext={`${pointSize} pixels`}
          onInput={(event) => onPointSize(event.currentTarget.valueAsNumber)}
        />
      </label>
    </section>
  );
}
