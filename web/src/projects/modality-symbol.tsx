/** A plain symbol of a kind of item, where there is no picture of it. */
const PATHS: Readonly<Record<string, string>> = {
  videos: 'M4 5h16v14H4z M10 9v6l5-3z',
  clouds: 'M12 3 20 7.5v9L12 21 4 16.5v-9z M4 7.5 12 12l8-4.5 M12 12v9',
  volumes: 'M12 3 21 8l-9 5-9-5z M3 12l9 5 9-5 M3 16l9 5 9-5',
};

/** `section` is that of the address of an item. */
export function ModalitySymbol(props: { section: string }) {
  return (
    <svg class="symbol" viewBox="0 0 24 24" width={40} height={40} aria-hidden="true">
      <path d={PATHS[props.section]} />
    </svg>
  );
}
