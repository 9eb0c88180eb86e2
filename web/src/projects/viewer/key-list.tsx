/** The keys of a view, for who wants to know. */
import { Fragment } from 'preact';

export function KeyList(props: { keys: readonly (readonly [keys: string, does: string])[] }) {
  return (
    <details class="keys">
      <summary>Keys</summary>
      <dl>
        {props.keys.map(([keys, does]) => (
          <Fragment key={keys}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}

/** Those of a stage. */
export const STAGE_KEYS = [
  ['+ −', 'zoom (also wheel, two fingers)'],
  ['0 1', 'all of it, one to one'],
  ['Shift + arrows', 'move'],
] as const;

/** Those of every view. */
export const ITEM_KEYS = [
  ['H', 'hide or show the objects'],
  ['Esc', 'back to the project'],
] as const;
