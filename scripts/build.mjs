#!/usr/bin/env node
/**
 * Builds dist/: compiled sources, the files that go with them, the page.
 *
 * Everything is made in a folder beside dist/ and swapped in by rename at the end, so a failed build leaves the
 * old dist/ untouched and a reader never sees half of a new one. `--out DIR` builds somewhere else instead.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { sourcesFingerprint } from './setup/fingerprint.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Folders of a plugin that its image and its users do not need. */
const NOT_SHIPPED = new Set(['fixtures', 'test', 'node_modules']);
/** What a plugin is tested with on the machine it runs on: all of it goes along. */
const SAMPLE = 'sample';
const ASSET = /\.(sql|json|md|py|txt|html|css|svg|woff2)$/;

/** Builds into `target`; throws with a sentence when a step fails. */
export async function build(target) {
  const fingerprint = sourcesFingerprint(root);
  const staged = join(root, `.dist-${process.pid}`);
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged);
  try {
    compile(staged);
    for (const tree of ['src', 'plugins']) copyAssets(join(root, tree), join(staged, tree));
    buildPage(join(staged, 'web'));
    writeFileSync(join(staged, '.build-stamp'), `${fingerprint}\n`);
    swap(staged, target);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
  const launcher = join(root, 'bin', 'sly-agent.js');
  if (existsSync(launcher)) chmodSync(launcher, 0o755);
}

function compile(staged) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  run([tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', staged], 'the sources do not compile');
}

/** The page has its own build; it is given the folder to fill. */
function buildPage(out) {
  const script = join(root, 'web', 'build.mjs');
  if (existsSync(script)) run([script, '--out', out], 'the page does not build');
}

function run(args, sentence) {
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) throw new Error(sentence);
}

function copyAssets(from, to) {
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isDirectory() && entry.name === SAMPLE && existsSync(join(from, 'plugin.json'))) {
      cpSync(source, join(to, entry.name), { recursive: true });
    } else if (entry.isDirectory()) {
      if (!NOT_SHIPPED.has(entry.name)) copyAssets(source, join(to, entry.name));
    } else if (ASSET.test(entry.name)) {
      mkdirSync(to, { recursive: true });
      cpSync(source, join(to, entry.name), { mode: 0 });
      chmodSync(join(to, entry.name), statSync(source).mode & 0o111 ? 0o755 : 0o644);
    }
  }
}

function swap(staged, target) {
  const old = join(root, `.dist-old-${process.pid}`);
  const hadOne = existsSync(target);
  if (hadOne) renameSync(target, old);
  renameSync(staged, target);
  if (hadOne) rmSync(old, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
  try {
    await build(resolve(root, values.out));
  } catch (error) {
    process.stderr.write(`sly-agent build: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
