/** Classes of one item with their numbers of objects; each can be switched off. */
import { Swatch } from '../../parts/swatch.tsx';
import type { ClassMeta, Labelled } from '../../shapes.ts';
import { count } from '../../words.ts';

export function ClassLegend(props: {
  annotation: Labelled;
  /** Objects by class, where the annotation that is there is only a part. */
  counts?: ReadonlyMap<string, number>;
  classes: readonly ClassMeta[];
  hidden: ReadonlySet<string>;
  onHidden(hidden: ReadonlySet<string>): void;
}) {
  const { annotation, classes, hidden, onHidden } = props;
  const counts = props.counts ?? countsOf(annotation);
  const colors = new Map(classes.map((one) => [one.title, one.color]));
  const titles = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  const allHidden = titles.every((title) => hidden.has(title));
  const toggle = (title: string): void => {
    const changed = new Set(hidden);
    if (!changed.delete(title)) changed.add(title);
    onHidden(changed);
  };
  const all = (): void => {
    const changed = new Set(hidden);
    for (const title of titles) {
      if (allHidden) changed.delete(title);
      else changed.add(title);
    }
    onHidden(changed);
  };
  return (
    <section class="side">
      <div class="side-head">
        <h2>Classes</h2>
        {titles.length === 0 ? null : (
          <button type="button" class="plain" onClick={all} title="Key H">
            {allHidden ? 'Show all' : 'Hide all'}
          </button>
        )}
      </div>
      {titles.length === 0 ? <p class="dim">No objects here.</p> : null}
      <ul class="legend">
        {titles.map((title) => (
          <li key={title}>
            <label class="check">
              <input type="checkbox" checked={!hidden.has(title)} onChange={() => toggle(title)} />
              <Swatch color={colors.get(title) ?? ''} />
              <span>{title}</span>
            </label>
            <span class="number dim">{count(counts.get(title) ?? 0)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function countsOf({ objects }: Labelled): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { classTitle } of objects) counts.set(classTitle, (counts.get(classTitle) ?? 0) + 1);
  return counts;
}
