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

const out = mkdtempSync(join(tmpdir(), 'sly-test-'));
const report = join(out, 'report.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const result = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...words],
  { cwd: root, stdio: 'inherit', env: { ...env, SLY_TEST_DOCKER: engine ? '1' : '0' } },
);
let skipped = [];
try {
  const files = JSON.parse(readFileSync(report, 'utf8')).testResults;
  skipped = files.flatMap((file) =>
    file.assertionResults
      .filter((one) => one.status === 'pending' || one.status === 'skipped')
      .map((one) => `${file.name.slice(root.length + 1)}: ${one.fullName}`),
  );
} catch (error) {
  process.stderr.write(`test: the report could not be read (${error.message})\n`);
}
rmSync(out, { recursive: true, force: true });

if (skipped.length > 0) {
  process.stderr.write(`\n${'='.repeat(80)}\n${skipped.length} TESTS WERE SKIPPED:\n`);
  for (const name of skipped) process.stderr.write(`  ${name}\n`);
  if (wantsDocker && !engine) {
    process.stderr.write('No Docker engine answers: start one (and be allowed to use its socket).\n');
  }
  process.stderr.write(`${'='.repeat(80)}\n`);
}
const dockerSkipped = skipped.filter((name) => /docker/i.test(name));
if (required && dockerSkipped.length > 0) {
  process.stderr.write(`test: SLY_REQUIRE_DOCKER=1, but ${dockerSkipped.length} Docker tests were skipped\n`);
  process.exit(1);
}
process.exit(result.status ?? 1);
