/** What the copies of projects ask the database for. */
import type { CommitReply } from '../../../protocol/publish.ts';

/**
 * What can be left out of a copy: classes and tags; datasets; items, with their tags and the pictures beside them;
 * what is drawn on the items, with its tags. A part stands on those before it: see `withDependents`.
 */
export const CLONE_PARTS = ['meta', 'datasets', 'items', 'annotations'] as const;
export type ClonePart = (typeof CLONE_PARTS)[number];
export type LeftOut = ReadonlySet<ClonePart>;

/** What needs a part that is left out is left out too. */
export function withDependents(left: LeftOut): LeftOut {
  const all = new Set(left);
  if (all.has('datasets')) all.add('items');
  if (all.has('items') || all.has('meta')) all.add('annotations');
  return all;
}

/** Copies of projects. Nobody sees one before its commit. */
export interface CloneStore {
  /** Begins, or goes on with what the task has open. SLY_NOT_FOUND when the source is gone. `items`: that will be copied. */
  begin(
    taskKey: string,
    request: { sourceId: number; name: string; workspaceId: number; leftOut: LeftOut },
  ): Promise<{ publicationId: number; items: number }>;
  /** Every step is one short transaction; done when it ends. `leftOut` as at the begin. */
  copy(publicationId: number, leftOut: LeftOut): AsyncGenerator<{ items: number }>;
  commit(publicationId: number): Promise<CommitReply>;
  drop(publicationId: number): Promise<void>;
}
