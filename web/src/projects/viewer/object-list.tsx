/** The objects of one item as a list: what is pointed at here lights up in the picture, and the other way round. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Swatch } from '../../parts/swatch.tsx';
import type { ClassMeta, Labelled } from '../../shapes.ts';
import { count } from '../../words.ts';
import { Tags } from './tags.tsx';

const AT_ONCE = 100;

export function ObjectList(props: {
  annotation: Labelled;
  classes: readonly ClassMeta[];
  hidden: ReadonlySet<string>;
  lit: number | undefined;
  chosen: number | undefined;
  onLit(index: number | undefined): void;
  onChosen(index: number): void;
}) {
  const { annotation, classes, hidden, lit, chosen, onLit, onChosen } = props;
  const [shown, setShown] = useState(AT_ONCE);
  const list = useRef<HTMLUListElement>(null);
  const colors = new Map(classes.map((one) => [one.title, one.color]));
  const objects = annotation.objects
    .map((object, index) => ({ object, index }))
    .filter(({ object }) => !hidden.has(object.classTitle));

  useEffect(() => setShown(AT_ONCE), [annotation]);
  // One that was chosen in the picture is brought into the list.
  const place = objects.findIndex((one) => one.index === chosen);
  useEffect(() => {
    if (place >= shown) setShown(place + AT_ONCE);
    const element = list.current?.querySelector('[aria-current="true"]');
    if (element instanceof HTMLElement) scrollInside(list.current, element);
  }, [chosen, place, shown]);

  if (annotation.objects.length === 0) return null;
  return (
    <section class="side">
      <div class="side-head">
        <h2>Objects</h2>
        <span class="dim">{count(objects.length)}</span>
      </div>
      <ul class="objects" ref={list}>
        {objects.slice(0, shown).map(({ object, index }) => (
          <li key={index}>
            <button
              type="button"
              class={index === lit ? 'lit' : undefined}
              aria-current={index === chosen ? 'true' : undefined}
              title="Show it large"
              onMouseEnter={() => onLit(index)}
              onMouseLeave={() => onLit(undefined)}
              onFocus={() => onLit(index)}
              onBlur={() => onLit(undefined)}
              onClick={() => onChosen(index)}
            >
              <Swatch color={colors.get(object.classTitle) ?? ''} />
              <span class="title">{object.classTitle}</span>
              <span class="dim">{object.geometryType.replaceAll('_', ' ')}</span>
              {object.tags.length === 0 ? null : <Tags tags={object.tags} />}
            </button>
          </li>
        ))}
      </ul>
      {objects.length <= shown ? null : (
        <button type="button" class="plain" onClick={() => setShown(shown + 5 * AT_ONCE)}>
          Show {count(Math.min(objects.length - shown, 5 * AT_ONCE))} more
        </button>
      )}
    </section>
  );
}

/** Only the list scrolls, never the page. */
function scrollInside(list: HTMLElement | null, element: HTMLElement): void {
  if (list === null) return;
  const [outer, inner] = [list.getBoundingClientRect(), element.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}
