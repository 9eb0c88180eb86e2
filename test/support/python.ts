/** The system's Python with public libraries: an independent reader and writer. Without it its tests say so and are skipped. */
import { spawnSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';

/** Says once what is missing. `modules` as they are imported: numpy, PIL, cv2. */
export function hasPython(...modules: string[]): boolean {
  if (spawnSync(PYTHON, ['-c', modules.map((name) => `import ${name}`).join('\n')]).status === 0) return true;
  process.stderr.write(`SKIPPED: these tests need ${PYTHON} with ${modules.join(', ')}\n`);
  return false;
}

/** Standard output of a script; throws what it wrote to standard error when it fails. */
export function runPython(script: string, ...args: string[]): string {
  const ran = spawnSync(PYTHON, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(ran.stderr || `python ended with ${ran.status}`);
  return ran.stdout;
}
