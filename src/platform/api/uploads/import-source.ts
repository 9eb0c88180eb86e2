/** What `imports.start` imports: a path in an agent's upload folder, or an upload that has landed. */
import path from 'node:path';
import { SlyError } from '../../../lib/errors.ts';
import type { TaskSource } from '../../../protocol/task.ts';
import type { UploadStore } from '../../store/repositories/uploads.ts';
import { assertUploadPath } from '../tasks/upload-path.ts';
import type { BrowserUploads } from './browser-uploads.ts';
import { assertOneTree } from './file-path.ts';

const AT_ONCE = 5000;

export interface ImportSource {
  source: TaskSource;
  /** For the title of the task. */
  title: string;
  /** Of the project, when none is asked for. */
  name: string;
}

export function folderSource(asked: string): ImportSource {
  const source = asked.replace(/\/+$/, '');
  assertUploadPath(source);
  return { source: { kind: 'upload', path: source }, title: source, name: nameOf(source) };
}

/** Waits until all that came is stored. Rejects SLY_NOT_FOUND, and SLY_USAGE while files are missing. */
export async function uploadSource(
  deps: { uploads: BrowserUploads; store: Pick<UploadStore, 'files' | 'use'> },
  userId: number,
  id: number,
  options: { taken: boolean },
): Promise<ImportSource> {
  await deps.uploads.settle(id);
  const upload = await deps.uploads.get(userId, id);
  const files = [];
  for (let after: string | undefined; ; ) {
    const page = await deps.store.files(id, { limit: AT_ONCE, ...(after !== undefined && { after }) });
    for (const { path: file, sha256, size, stored } of page) {
      if (!stored || sha256 === null)
        throw new SlyError('SLY_USAGE', {
          detail: `${JSON.stringify(file)} of upload ${id} is not whole yet`,
          hint: 'Send the rest of it, or remove it.',
        });
      files.push({ path: file, sha256, size });
    }
    after = page.at(-1)?.path;
    if (page.length < AT_ONCE) break;
  }
  if (files.length === 0) throw new SlyError('SLY_USAGE', { detail: `upload ${id} has no files yet` });
  assertOneTree(files.map((file) => file.path));
  await deps.store.use(id, { taken: options.taken });
  return { source: { kind: 'blobs', files }, title: upload.name, name: nameOf(upload.name) };
}

/** `2024/street.tar.gz` -> `street`. */
function nameOf(source: string): string {
  const base = path.posix.basename(source);
  return base.replace(/\.(zip|tar|tgz|tar\.(gz|zst|bz2|xz))$/i, '') || base;
}
