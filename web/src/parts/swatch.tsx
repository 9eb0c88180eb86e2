/** The colour of a class. */
export function Swatch(props: { color: string }) {
  return (
    <span
      class="swatch"
      style={{ background: /^#[0-9a-f]{3,8}$/i.test(props.color) ? props.color : '#808080' }}
    />
  );
}
