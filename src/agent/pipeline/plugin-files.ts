/**
 * A path a plugin wrote -> a real file it may mean. `data/...` must be a file of the opened source;
 * `results/...` must be a regular file that is reached without any link. Everything else is refused.
 */
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { joinInside } from '../../lib/safe-path.ts';

export interface PluginFiles {
  /** Absolute path, and the source file it is (if it is one). Throws SLY_PLUGIN_OUTPUT. */
  resolve(written: string): { path: string; source?: string };
}

export function createPluginFiles(options: {
  dataRoot: string;
  /** Paths of the source files; undefined = any file below `dataRoot` (exports: the agent wrote them itself). */
  known: ReadonlySet<string> | undefined;
  results: string;
}): PluginFiles {
  const { dataRoot, known, results } = options;

  return {
    resolve(written) {
      if (written.startsWith('data/')) {
        const source = written.slice('data/'.length);
        if (known !== undefined) {
          if (!known.has(source)) throw refused(written, 'no such file was given to the plugin');
          return { path: path.join(dataRoot, source), source };
        }
        const file = joinInside(dataRoot, source);
        assertPlainFile(dataRoot, file, written);
        return { path: file, source };
      }
      if (!written.startsWith('results/'))
        throw refused(written, 'expected a path that starts with data/ or results/');
      const file = joinInside(results, written.slice('results/'.length));
      assertPlainFile(results, file, written);
      return { path: file };
    },
  };
}

/** No part of the way may be a link: a plugin could plant one that points at the agent's own files. */
function assertPlainFile(root: string, file: string, written: string): void {
  const parts = path.relative(root, file).split(path.sep);
  let at = root;
  for (const [index, part] of parts.entries()) {
    at = path.join(at, part);
    try {
      const stat = lstatSync(at);
      const wanted = index === parts.length - 1 ? stat.isFile() : stat.isDirectory();
      if (!wanted)
        throw refused(
          written,
          `expected a regular file, got ${stat.isSymbolicLink() ? 'a symbolic link' : 'something else'}`,
        );
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw refused(written, 'the file is not there');
      throw error;
    }
  }
}

function refused(written: string, why: string): SlyError {
  return new SlyError('SLY_PLUGIN_OUTPUT', { detail: `${JSON.stringify(written)}: ${why}` });
}
