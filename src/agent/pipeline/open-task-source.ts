/** Makes `data/` of an import ready and remembers exactly what was in it. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { SlyError } from '../../lib/errors.ts';
import { createLimit } from '../../lib/limit.ts';
import { joinWithoutLinks } from '../../lib/no-links.ts';
import { joinInside } from '../../lib/safe-path.ts';
import type { ImportSpec, TaskSource } from '../../protocol/task.ts';
import type { OpenSource, SourceTree } from '../ports/sources.ts';
import type { StepContext } from './step-context.ts';
import { saveTree } from './tree-file.ts';

const PARALLEL_FETCHES = 4;

export async function openTaskSource(ctx: StepContext, spec: ImportSpec): Promise<SourceTree> {
  const source = await placeSource(ctx, spec.source);
  const tree = await ctx.deps.opener.open(source, {
    workFolder: ctx.folder.work,
    signal: ctx.signal,
    onProgress: (progress) => ctx.progress(progress),
  });
  // Saved before anything may fail: a task that ends here still reports each refused file.
  await saveTree(ctx.folder.tree, tree);
  if (tree.files.length === 0) {
    throw new SlyError('SLY_SOURCE_EMPTY', {
      detail:
        tree.refused.length === 0
          ? 'there is not a single file in it'
          : `all ${tree.refused.length} files were left out; first: ${tree.refused[0]?.file ?? ''} ${tree.refused[0]?.message ?? ''}`,
      hint: 'Put the dataset there as it is; names that begin with a dot and unfinished downloads do not count.',
    });
  }
  ctx.log.write('info', 'agent', `${tree.files.length} files to import, ${tree.refused.length} left out`);
  return tree;
}

async function placeSource(ctx: StepContext, source: TaskSource): Promise<OpenSource> {
  switch (source.kind) {
    case 'upload':
      return { kind: 'path', path: await joinWithoutLinks(ctx.deps.uploadFolder, source.path) };
    case 'path':
      return { kind: 'path', path: source.path };
    case 'project':
      throw new SlyError('SLY_USAGE', { detail: 'a project is copied by the platform, not by an agent' });
    case 'blobs': {
      const limit = createLimit(PARALLEL_FETCHES);
      let done = 0;
      const total = source.files.reduce((sum, file) => sum + file.size, 0);
      await Promise.all(
        source.files.map((file) =>
          limit(async () => {
            const target = joinInside(ctx.folder.data, file.path);
            await mkdir(path.dirname(target), { recursive: true });
            await ctx.deps.transfer.fetchBlob(file.sha256, file.size, target, {
              signal: ctx.signal,
              onBytes: (bytes) => {
                done += bytes;
                ctx.progress({ phase: 'fetching', bytes: { done, total } });
              },
            });
          }),
        ),
      );
      const [only] = source.files;
      // One uploaded archive is opened like one that was dropped into the folder.
      if (source.files.length === 1 && only !== undefined)
        return { kind: 'path', path: joinInside(ctx.folder.data, only.path) };
      return { kind: 'files', root: ctx.folder.data };
    }
  }
}
