/**
 * Makes `data/` of an import ready: a folder is read where it is, an archive is unpacked, a loose file is given
 * a folder. Whatever is made lies in the work folder, is readable for every user, and is gone when it fails.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, SlyError, toSlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { SourceOpener } from '../ports/sources.ts';
import { archiveKind } from './file-names.ts';
import { readSourceTree } from './source-tree.ts';
import { stageFile } from './stage-file.ts';
import { DEFAULT_LIMITS, type UnpackLimits } from './unpack/unpack-limits.ts';
import { lookAtFile } from './walk-folder.ts';

export function createSourceOpener(deps: { log: Logger; limits?: Partial<UnpackLimits> }): SourceOpener {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };

  return {
    async open(source, { workFolder, signal, onProgress }) {
      signal.throwIfAborted();
      if (source.kind === 'files') return readSourceTree(source.root, { signal, onProgress });
      const { path: file } = source;
      const look = lookAtFile(file);
      if (look === undefined) {
        throw new SlyError('SLY_SOURCE_GONE', {
          detail: `${file} is not there`,
          hint: 'It was moved or deleted after the task was made.',
        });
      }
      if (look.kind === 'folder') return readSourceTree(file, { signal, onProgress });
      if (look.kind !== 'file') {
        const code = look.kind === 'link' ? 'SLY_PATH_ESCAPES' : 'SLY_FORBIDDEN';
        throw new SlyError(code, {
          detail: `${file}: ${look.reason}`,
          hint: 'Name the folder or file itself.',
        });
      }
      // A half-done earlier try is worth nothing: what it holds cannot be told from the whole.
      await rm(workFolder, { recursive: true, force: true });
      await mkdir(workFolder, { recursive: true });
      const root = path.join(workFolder, 'data');
      const isArchive = archiveKind(look.name) !== undefined;
      try {
        if (!isArchive) {
          await stageFile(file, root, { signal, onProgress });
          return await readSourceTree(root, { signal, onProgress });
        }
        // Loaded at the first archive: an idle agent does not pay for zip and tar.
        const { unpackArchive } = await import('./unpack/unpack-archive.ts');
        const refused = await unpackArchive(file, root, { limits, signal, onProgress });
        const { unpackNested } = await import('./unpack/unpack-nested.ts');
        const archiveBytes = look.size;
        refused.push(...(await unpackNested(root, { archiveBytes, limits, signal, onProgress })));
        const tree = await readSourceTree(root, { signal, onProgress });
        tree.refused.push(...refused);
        deps.log.debug(
          { archive: look.name, files: tree.files.length, refused: refused.length },
          'archive unpacked',
        );
        return tree;
      } catch (error) {
        await rm(root, { recursive: true, force: true });
        // Room may come back, so this one is worth another try; in every other case the error says what it is.
        const errno = errnoOf(error);
        throw errno === 'ENOSPC' || errno === 'EDQUOT' ? toSlyError(error) : error;
      }
    },
  };
}
