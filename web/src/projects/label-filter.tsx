/** Classes and tags of a project; one that is chosen leaves only the items that have it. */
import { useState } from 'preact/hooks';
import { Swatch } from '../parts/swatch.tsx';
import { count } from '../words.ts';

export interface Choice {
  id: number;
  name: string;
  color: string;
  /** What it is, in a word. */
  kind: string;
}

/** From here on they can be searched. */
const MANY = 16;
const AT_ONCE = 200;

export function LabelFilter(props: {
  title: string;
  /** `Find a class`. */
  find: string;
  /** Of the items: `images`. */
  many: string;
  choices: readonly Choice[];
  chosen: number;
  choose(id: number): void;
}) {
  const { choices, chosen, choose } = props;
  const [text, setText] = useState('');
  if (choices.length === 0) return null;
  const wanted = text.trim().toLowerCase();
  const found = choices.filter((one) => one.id === chosen || one.name.toLowerCase().includes(wanted));
  return (
    <section class="side">
      <div class="side-head">
        <h2>{props.title}</h2>
        <span class="dim">{count(choices.length)}</span>
      </div>
      {choices.length <= MANY ? null : (
        <input
          type="search"
          placeholder={props.find}
          aria-label={props.find}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      <ul class="labels">
        {found.slice(0, AT_ONCE).map((one) => (
          <li key={one.id}>
            <button
              type="button"
              aria-pressed={one.id === chosen}
              title={one.id === chosen ? 'Show all again' : `Only ${props.many} with ${one.name}`}
              onClick={() => choose(one.id === chosen ? 0 : one.id)}
            >
              <Swatch color={one.color} />
              <span class="title">{one.name}</span>
              <span class="dim">{one.kind}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length <= AT_ONCE ? null : (
        <p class="dim">{count(found.length - AT_ONCE)} more: search for them.</p>
      )}
    </section>
  );
}
