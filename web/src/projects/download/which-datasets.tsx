/** Which datasets are exported: all, or the ones that are ticked. One that is ticked brings those below it. */
import { useMemo } from 'preact/hooks';
import type { Dataset } from '../../shapes.ts';
import { count } from '../../words.ts';
import { datasetTree, type TreeNode, treeRows } from '../dataset-tree.ts';

export function WhichDatasets(props: {
  datasets: readonly Dataset[];
  wanted: ReadonlySet<number> | undefined;
  onWanted(wanted: ReadonlySet<number> | undefined): void;
}) {
  const { datasets, wanted, onWanted } = props;
  const rows = useMemo(() => treeRows(datasetTree(datasets), () => true), [datasets]);
  const turn = (node: TreeNode, on: boolean): void => {
    const changed = new Set(wanted);
    for (const one of [node, ...treeRows(node.children, () => true)]) {
      if (on) changed.add(one.dataset.id);
      else changed.delete(one.dataset.id);
    }
    onWanted(changed);
  };
  return (
    <fieldset class="options">
      <legend>Datasets</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={wanted === undefined}
          onChange={(event) =>
            onWanted(event.currentTarget.checked ? undefined : new Set(datasets.map((one) => one.id)))
          }
        />
        <span>All {count(datasets.length)}</span>
      </label>
      {wanted === undefined ? null : (
        <ul class="which">
          {rows.map((node) => (
            <li key={node.dataset.id} style={{ paddingLeft: `${node.depth * 16}px` }}>
              <label class="check">
                <input
                  type="checkbox"
                  checked={wanted.has(node.dataset.id)}
                  onChange={(event) => turn(node, event.currentTarget.checked)}
                />
                <span>
                  {node.dataset.name} <span class="dim">{count(node.dataset.itemsCount)}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  );
}
