/** One hash over the program files of the plugin host and its plugins: what runs where there is no image. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImageDigest } from '../../ports/runner.ts';
import type { Program } from './program.ts';
import type { PythonProgram } from './python-program.ts';

/** Packages are named by the lock file of the installation; hashing them would take a second. */
const LEFT_OUT = 'node_modules';
const PROGRAM_FILE = /\.(?:js|ts|json)$/;
const NO_PROGRAM = /[\\/](?:fixtures|test|sample)[\\/]/;

export async function digestOfProgram(program: Program | PythonProgram): Promise<ImageDigest> {
  const hash = createHash('sha256');
  for (const top of program.reads.filter((file) => path.basename(file) !== LEFT_OUT)) {
    for (const file of await filesBelow(top)) {
      hash.update(`${path.relative(program.root, file)}\0`);
      hash.update(await readFile(file));
      hash.update('\0');
    }
  }
  return { digest: `sha256:${hash.digest('hex')}`, of: 'files' };
}

async function filesBelow(top: string): Promise<string[]> {
  try {
    const entries = await readdir(top, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => PROGRAM_FILE.test(file) && !NO_PROGRAM.test(file))
      .sort();
  } catch {
    // A file, not a folder.
    return [top];
  }
}
