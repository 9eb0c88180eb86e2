/** The formats a project can be exported to, and under a heading of their own the scripts that can be run on it. */
import { useState } from 'preact/hooks';
import type { Plugin } from '../../agents/plugin.ts';

/** From here on they can be searched. */
const MANY = 8;

export function FormatChoice(props: {
  exporters: readonly Plugin[];
  chosen: string | undefined;
  choose(name: string): void;
}) {
  const { exporters, chosen, choose } = props;
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const shown = exporters.filter(
    (one) =>
      one.name === chosen ||
      [one.name, one.title, one.description, one.script?.file ?? ''].some((words) =>
        words.toLowerCase().includes(wanted),
      ),
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
      <Choices label="Format" shown={shown.filter((one) => one.script === null)} {...{ chosen, choose }} />
      <Choices label="Scripts" shown={shown.filter((one) => one.script !== null)} {...{ chosen, choose }} />
    </>
  );
}

function Choices(props: {
  label: 'Format' | 'Scripts';
  shown: readonly Plugin[];
  chosen: string | undefined;
  choose(name: string): void;
}) {
  const { label, shown, chosen, choose } = props;
  if (shown.length === 0) return null;
  return (
    <>
      {label === 'Scripts' ? <h3>Scripts</h3> : null}
      <div class="choices" role="radiogroup" aria-label={label}>
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
