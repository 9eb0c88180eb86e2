/** What is about to be imported, and how. Kept while the page is open, whichever view is shown. */
import { signal } from '@preact/signals';
import type { Options } from '../parts/options-form.tsx';

export type Source =
  | { kind: 'upload'; id: number; name: string }
  | { kind: 'folder'; agentId: number; path: string };

export interface ImportChoices {
  /** Empty = detect it. */
  plugin: string;
  options: Options;
  projectName: string;
  /** Add to this project instead of making one. */
  projectId: number | undefined;
  conflict: string;
}

export const NO_CHOICES: ImportChoices = {
  plugin: '',
  options: {},
  projectName: '',
  projectId: undefined,
  conflict: 'rename',
};

export const source = signal<Source | undefined>(undefined);
export const choices = signal<ImportChoices>(NO_CHOICES);
/** Task of the last dry run of this source. */
export const look = signal<number | undefined>(undefined);

export function choose(next: Source | undefined, plugin = ''): void {
  source.value = next;
  choices.value = { ...NO_CHOICES, plugin };
  look.value = undefined;
}

export const sourceName = (one: Source): string => (one.kind === 'upload' ? one.name : one.path);

/** For imports.start. */
export function startRequest(one: Source, how: ImportChoices, dryRun: boolean): Record<string, unknown> {
  const name = how.projectName.trim();
  return {
    ...(one.kind === 'upload' ? { uploadId: one.id } : { agentId: one.agentId, path: one.path }),
    conflict: how.conflict,
    dryRun,
    options: how.options,
    ...(how.plugin !== '' && { plugin: how.plugin }),
    ...(how.projectId !== undefined && { appendToProjectId: how.projectId }),
    ...(how.projectId === undefined && name !== '' && { projectName: name }),
  };
}
