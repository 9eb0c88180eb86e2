/** How opaque the areas of objects are. */
export function FillSlider(props: { fill: number; onFill(fill: number): void }) {
  return (
    <label class="slider">
      <span>Fill</span>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={props.fill}
        onInput={(event) => props.onFill(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
