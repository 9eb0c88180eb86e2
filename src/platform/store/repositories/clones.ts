/** What the copies of projects ask the database for. */
import type { CommitReply } from '../../../protocol/publish.ts';

/** Copies of projects. Nobody sees one before its commit. */
export interface CloneStore {
  /** Begins, or goes on with what the task has open. SLY_NOT_FOUND when the source is gone. `items`: of the source. */
  begin(
    taskKey: string,
    request: { sourceId: number; name: string; workspaceId: number },
  ): Promise<{ publicationId: number; items: number }>;
  /** Every step is one short transaction; done when it ends. */
  copy(publicationId: number): AsyncGenerator<{ items: number }>;
  commit(publicationId: number): Promise<CommitReply>;
  drop(publicationId: number): Promise<void>;
}
