#!/usr/bin/env node
/**
 * Runs the tests: `npm test [-- --project unit] [-- path ...]`.
 * Docker tests run when an engine answers; their images are made first. Without an engine they are skipped
 * and counted loudly; with SLY_REQUIRE_DOCKER=1 (continuous integration) a skipped one is a failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineAnswers } from './docker/engine.mjs';
import { ensureImages } from './docker/ensure-images.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const required = process.env.SLY_REQUIRE_DOCKER === '1';

const wantsDocker = !words.includes('--project') || words.includes('docker') || words.includes('e2e');
const engine = wantsDocker && (await engineAnswers());
if (wantsDocker && !engine && required) {
  process.stderr.write('test: SLY_REQUIRE_DOCKER=1, but no Docker engine answers\n');
  process.exit(1);
}
if (engine) await ensureImages(root);

// One kind after the other: docker and e2e tests look at the whole engine, and their timings at the whole machine.
const KINDS = [['unit', 'plugins', 'integration'], ['docker'], ['e2e']];
const rounds = words.includes('--project')
  ? [[]]
  : KINDS.map((kinds) => kinds.flatMap((kind) => ['--project', kind]));

// What tests leave in the temporary folder, also when they are killed, goes with it at the end.
const out = mkdtempSync(join(tmpdir(), 'sly-test-'));
const skipped = [];
const failed = [];
let status = 0;
for (const [index, projects] of rounds.entries()) {
  const report = join(out, `report-${index}.json`);
  status = Math.max(status, runVitest(report, projects));
  const files = testFiles(report);
  skipped.push(...testsOf(files, 'pending', 'skipped').map(({ name }) => name));
  failed.push(...failuresOf(files));
}
rmSync(out, { recursive: true, force: true });

function runVitest(report, projects) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const result = spawnSync(
    process.execPath,
    [vitest, 'run', '--passWithNoTests', ...reporters, ...projects, ...words],
    { cwd: root, stdio: 'inherit', env: { ...env, TMPDIR: out, SLY_TEST_DOCKER: engine ? '1' : '0' } },
  );
  return result.status ?? 1;
}

function testFiles(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch (error) {
    process.stderr.write(`test: the report could not be read (${error.message})\n`);
    return [];
  }
}

function testsOf(files, ...statuses) {
  return files.flatMap((file) =>
    file.assertionResults
      .filter((one) => statuses.includes(one.status))
      .map((one) => ({
        name: `${file.name.slice(root.length + 1)}: ${one.fullName}`,
        message: one.failureMessages.join('\n'),
      })),
  );
}

/** With the files that failed as a whole: they could not be read, or a hook of theirs failed. */
function failuresOf(files) {
  const whole = files
    .filter((file) => file.status === 'failed' && file.message !== '')
    .map((file) => ({ name: file.name.slice(root.length + 1), message: file.message }));
  return [...testsOf(files, 'failed'), ...whole];
}

if (skipped.length > 0) {
  process.stderr.write(`\n${'='.repeat(80)}\n${skipped.length} TESTS WERE SKIPPED:\n`);
  for (const name of skipped) process.stderr.write(`  ${name}\n`);
  if (wantsDocker && !engine) {
    process.stderr.write('No Docker engine answers: start one (and be allowed to use its socket).\n');
  }
  process.stderr.write(`${'='.repeat(80)}\n`);
}
// Three rounds print a lot: what failed in the first must not have to be looked for.
if (failed.length > 0) {
  process.stderr.write(`\n${'='.repeat(80)}\n${failed.length} TESTS FAILED:\n`);
  for (const { name, message } of failed) {
    const lines = message.split('\n').slice(0, 12);
    process.stderr.write(`  ${name}\n${lines.map((line) => `    ${line}\n`).join('')}`);
  }
  process.stderr.write(`${'='.repeat(80)}\n`);
}
const dockerSkipped = skipped.filter((name) => /docker/i.test(name));
if (required && dockerSkipped.length > 0) {
  process.stderr.write(`test: SLY_REQUIRE_DOCKER=1, but ${dockerSkipped.length} Docker tests were skipped\n`);
  process.exit(1);
}
process.exit(status);
