/** The datasets of a project, to choose which images are looked at. */
import { useMemo, useState } from 'preact/hooks';
import type { Dataset, Project } from '../shapes.ts';
import { count } from '../words.ts';
import { datasetTree, treeRows } from './dataset-tree.ts';

/** From here on they can be searched, and start folded. */
const MANY = 16;

export function DatasetList(props: {
  project: Project;
  datasets: readonly Dataset[];
  chosen: number;
  choose(dataset: number): void;
}) {
  const { project, datasets, chosen, choose } = props;
  const many = datasets.length > MANY;
  const [text, setText] = useState('');
  const [turned, setTurned] = useState<ReadonlySet<number>>(new Set());
  const tree = useMemo(() => datasetTree(datasets), [datasets]);
  // The way to the chosen one is open.
  const above = useMemo(() => ancestors(datasets, chosen), [datasets, chosen]);
  const isOpen = (id: number): boolean => (many ? above.has(id) : true) !== turned.has(id);
  const wanted = text.trim().toLowerCase();
  const rows = treeRows(tree, wanted === '' ? isOpen : () => true).filter(
    (row) => wanted === '' || row.dataset.path.toLowerCase().includes(wanted),
  );
  const folds = wanted === '' && tree.some((node) => node.children.length > 0);
  const turn = (id: number): void => {
    const changed = new Set(turned);
    if (!changed.delete(id)) changed.add(id);
    setTurned(changed);
  };
  return (
    <section class="datasets">
      <div class="side-head">
        <h2>Datasets</h2>
        <span class="dim">{count(datasets.length)}</span>
      </div>
      {many ? (
        <input
          type="search"
          placeholder="Find a dataset"
          aria-label="Find a dataset"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      <ul class="tree">
        <li>
          <button type="button" aria-pressed={chosen === 0} onClick={() => choose(0)}>
            <span>All</span>
            <span class="dim number">{count(project.itemsCount)}</span>
          </button>
        </li>
        {rows.slice(0, 500).map(({ dataset, depth, items, children }) => (
          <li key={dataset.id} style={{ paddingLeft: `${depth * 14}px` }}>
            {!folds ? null : children.length === 0 ? (
              <span class="fold" />
            ) : (
              <button
                type="button"
                class="fold"
                aria-label={`${isOpen(dataset.id) ? 'Fold' : 'Unfold'} ${dataset.path}`}
                aria-expanded={isOpen(dataset.id)}
                onClick={() => turn(dataset.id)}
              />
            )}
            <button
              type="button"
              title={dataset.path}
              aria-pressed={dataset.id === chosen}
              onClick={() => choose(dataset.id)}
            >
              <span>{wanted === '' ? dataset.name : dataset.path}</span>
              <span class="dim number">{count(items)}</span>
            </button>
          </li>
        ))}
      </ul>
      {rows.length > 500 ? <p class="dim">{count(rows.length - 500)} more: search for them.</p> : null}
    </section>
  );
}

function ancestors(datasets: readonly Dataset[], id: number): ReadonlySet<number> {
  const parents = new Map(datasets.map((one) => [one.id, one.parentId]));
  const found = new Set<number>();
  for (let at = parents.get(id) ?? null; at !== null && !found.has(at); at = parents.get(at) ?? null)
    found.add(at);
  return found;
}
