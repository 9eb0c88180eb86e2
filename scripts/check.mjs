#!/usr/bin/env node
/**
 * Everything that must hold before a change lands: format and lint, types, import directions, generated
 * documents, tests. Stops at the first that does not and says how to mend it.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const script = (name, ...args) => [process.execPath, join(root, 'scripts', name), ...args];

const STEPS = [
  { what: 'format and lint', command: [bin('biome'), 'check', '.'], mend: 'npm run format' },
  { what: 'types', command: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  { what: 'types of the page', command: [bin('tsc'), '--noEmit', '-p', 'web/tsconfig.json'] },
  { what: 'import directions', command: script('check-imports.mjs') },
  { what: 'generated documents', command: script('docs.mjs', '--check'), mend: 'npm run docs' },
  { what: 'tests', command: ['npm', 'test'] },
];

for (const { what, command, mend } of STEPS) {
  const started = Date.now();
  const [program, ...args] = command;
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  const took = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  if (result.status !== 0) {
    process.stderr.write(`\ncheck: ${what} failed after ${took}${mend ? `; try: ${mend}` : ''}\n`);
    process.exit(result.status ?? 1);
  }
  process.stdout.write(`check: ${what} ok (${took})\n`);
}
