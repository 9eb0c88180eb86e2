/** The built-in plugin host as this installation has it: what to start, and what of the disk it needs for that. */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../lib/version.ts';

export interface Program {
  /** The Node binary, links resolved. */
  node: string;
  /** Folder all other paths are below. */
  root: string;
  /** Script to run, below `root`. */
  host: string;
  /** Files and folders below `root` that may be read, and nothing else of it: the data folder may lie there too. */
  reads: readonly string[];
}

export function builtinProgram(): Program {
  const root = realpathSync(packageRoot());
  // Beside the compiled sources in an installation, in the source tree during development.
  const compiled = import.meta.url.endsWith('.js');
  const code = compiled ? ['dist/src', 'dist/plugins'] : ['src', 'plugins'];
  return {
    node: realpathSync(process.execPath),
    root,
    host: path.join(root, compiled ? 'dist/src/plugin-kit/host.js' : 'src/plugin-kit/host.ts'),
    reads: [...code, 'node_modules', 'package.json'].map((name) => path.join(root, name)).filter(existsSync),
  };
}
