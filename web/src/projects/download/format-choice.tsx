/** The formats a project can be exported to. */
import { useState } from 'preact/hooks';
import type { Manifest } from '../../shapes.ts';

/** From here on they can be searched. */
const MANY = 8;

export function FormatChoice(props: {
  exporters: readonly Manifest[];
  chosen: string | undefined;
  choose(name: string): void;
}) {
  const { exporters, chosen, choose } = props;
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const shown = exporters.filter(
    (one) =>
      one.name === chosen ||
      [one.name, one.title, one.description ?? ''].some((words) => words.toLowerCase().includes(wanted)),
  );
  return (
    <>
      {exporters.length <= MANY ? null : (
        <input
          type="search"
          placeholder="Find a format"
          aria-label="Find a format"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      <div class="choices" role="radiogroup" aria-label="Format">
        {shown.map((one) => (
          <label key={one.name} class="choice">
            <input
              type="radio"
              name="format"
              checked={one.name === chosen}
              onChange={() => choose(one.name)}
            />
            <span>
              <b>{one.title}</b>
              <small>{one.description}</small>
            </span>
          </label>
        ))}
      </div>
    </>
  );
}
