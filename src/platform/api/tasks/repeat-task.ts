/** Whether the inputs of a known task are all still there, so that a new one may have the same. */
import { SlyError } from '../../../lib/errors.ts';
import type { TaskSource } from '../../../protocol/task.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import type { TaskView } from '../../ports/tasks.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { projectOf } from '../found.ts';
import { KEPT_MS } from '../uploads/browser-uploads.ts';

const AT_ONCE = 5000;
const DAY_MS = 24 * 3600_000;

/** Rejects SLY_SOURCE_GONE with what is missing and since when it may be, SLY_NOT_FOUND for a project that is gone. */
export async function assertRepeatable(
  deps: { blobs: Pick<BlobStore, 'missing'>; stores: Pick<Stores, 'projects'> },
  task: TaskView,
): Promise<void> {
  const { spec } = task;
  if (spec.action === 'export') {
    await projectOf(deps.stores, spec.projectId);
    return;
  }
  if (spec.appendToProjectId !== undefined) await projectOf(deps.stores, spec.appendToProjectId);
  if (spec.source.kind === 'path') {
    throw new SlyError('SLY_USAGE', {
      detail: `${JSON.stringify(spec.source.path)} is outside of the upload folder; only an operator of its machine may name it`,
      hint: `On that machine: sly-agent import ${JSON.stringify(spec.source.path)}`,
    });
  }
  if (spec.source.kind === 'project') {
    throw new SlyError('SLY_USAGE', {
      detail: `task ${task.id} copies project ${spec.source.projectId}`,
      hint: 'Ask projects.clone for another copy.',
    });
  }
  if (spec.source.kind === 'blobs') await assertKept(deps.blobs, task, spec.source);
}

/** Asking also renews the time the bytes are kept for. */
async function assertKept(
  blobs: Pick<BlobStore, 'missing'>,
  task: TaskView,
  { files }: Extract<TaskSource, { kind: 'blobs' }>,
): Promise<void> {
  const gone = new Set<string>();
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const hashes = new Set(files.slice(at, at + AT_ONCE).map((file) => file.sha256));
    for (const hash of await blobs.missing([...hashes])) gone.add(hash);
  }
  if (gone.size === 0) return;
  const lost = files.filter((file) => gone.has(file.sha256));
  const used = (task.endedAt ?? task.updatedAt).slice(0, 10);
  throw new SlyError('SLY_SOURCE_GONE', {
    detail: `${lost.length} of ${files.length} uploaded files are not kept any more, first ${JSON.stringify(lost[0]?.path)}: they came for the task of ${task.createdAt.slice(0, 10)}, were last used on ${used}, and are kept at least ${KEPT_MS / DAY_MS} days after that, longer only while a project holds them`,
    hint: 'Upload them again on the Import page.',
  });
}
