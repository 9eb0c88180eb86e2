/** Script plugins without an engine: the Python of this machine in bubblewrap. */
import { existsSync } from 'node:fs';
import { describe, test } from 'vitest';
import { builtinProgram } from '../../src/agent/runner/sandbox/program.ts';
import { probeSandbox } from '../../src/agent/runner/sandbox/sandbox-kind.ts';
import { scriptConformance } from '../conformance/scripts.ts';

const { kind, why } = await probeSandbox(builtinProgram());
const missing =
  kind.name !== 'bubblewrap' ? why : existsSync('/usr/bin/python3') ? undefined : 'python3 is not installed';
if (missing === undefined) describe('scripts in bubblewrap', () => scriptConformance('sandbox'));
else {
  process.stderr.write(`SKIPPED scripts in bubblewrap: ${missing}\n`);
  describe.skip(`scripts in bubblewrap (${missing})`, () =>
    test('needs bubblewrap and python3', () => undefined));
}
