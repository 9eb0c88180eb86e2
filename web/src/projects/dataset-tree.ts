/** Datasets as the tree they are, with the items of everything below. */
import type { Dataset } from '../shapes.ts';

export interface TreeNode {
  dataset: Dataset;
  /** 0 = top level. */
  depth: number;
  /** Own items and those of all below. */
  items: number;
  size: number;
  children: TreeNode[];
}

/** One whose parent is not among them stands at the top. */
export function datasetTree(datasets: readonly Dataset[]): TreeNode[] {
  const nodes = new Map(
    datasets.map((dataset): [number, TreeNode] => [
      dataset.id,
      { dataset, depth: 0, items: dataset.itemsCount, size: dataset.size, children: [] },
    ]),
  );
  const top: TreeNode[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.dataset.parentId ?? 0);
    if (parent === undefined) top.push(node);
    else parent.children.push(node);
  }
  for (const node of top) settle(node, 0);
  return sorted(top);
}

function settle(node: TreeNode, depth: number): void {
  node.depth = depth;
  for (const child of node.children) {
    settle(child, depth + 1);
    node.items += child.items;
    node.size += child.size;
  }
  node.children = sorted(node.children);
}

function sorted(nodes: TreeNode[]): TreeNode[] {
  return nodes.sort((a, b) =>
    a.dataset.name.localeCompare(b.dataset.name, 'en', { numeric: true, sensitivity: 'base' }),
  );
}

/** The rows of an unfolded tree, from top to bottom. */
export function treeRows(nodes: readonly TreeNode[], isOpen: (id: number) => boolean): TreeNode[] {
  return nodes.flatMap((node) => [node, ...(isOpen(node.dataset.id) ? treeRows(node.children, isOpen) : [])]);
}
