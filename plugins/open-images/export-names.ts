/** Machine names: the one a class came with, else its title; and the ids of pictures, which are their names in the tables. */
import type { ProjectMeta } from '../../src/format/model.ts';
import { boxCategories } from '../../src/plugin-kit/boxed-objects.ts';
import { isMachineName } from './tables.ts';

export interface ExportNames {
  /** Class title -> category. */
  categories: ReadonlyMap<string, string>;
  /** Category or tag -> machine name. */
  labelName(name: string): string;
  /** Machine name and name, in the order they were first used; classes first. */
  descriptions(): [string, string][];
}

export function createExportNames(meta: ProjectMeta): ExportNames {
  const categories = boxCategories(meta);
  const machine = new Map<string, string>();
  const taken = new Set<string>();
  for (const { title, description } of meta.classes) {
    const name = categories.get(title) ?? title;
    if (
      machine.has(name) ||
      description === undefined ||
      !isMachineName(description) ||
      taken.has(description)
    )
      continue;
    machine.set(name, description);
    taken.add(description);
  }
  for (const name of categories.values()) if (!machine.has(name)) machine.set(name, name);
  return {
    categories,
    labelName(name) {
      const known = machine.get(name);
      if (known !== undefined) return known;
      machine.set(name, name);
      return name;
    },
    descriptions: () => [...machine].map(([name, label]) => [label, name]),
  };
}
