/**
 * The images plugins and scripts run in: the base image (there already, pulled, or made offline), the plugins' image
 * and that of scripts, each built anew when what goes into it has changed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesFingerprint } from '../setup/fingerprint.mjs';
import { hasImage } from './engine.mjs';

const BASE = 'node:24-bookworm-slim';

export async function ensureImages(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (!(await hasImage(BASE))) {
    const pulled = spawnSync('docker', ['pull', '--quiet', BASE], { encoding: 'utf8', timeout: 300_000 });
    if (pulled.status !== 0) run(root, 'scripts/offline-base-image.mjs');
  }
  await ensure(root, {
    tag: `sly-agent/plugins:${version}`,
    stamp: '.sly-plugin-image',
    madeOf: [sourcesFingerprint(root), readFileSync(join(root, 'plugins', 'Dockerfile'))],
    script: 'scripts/build-plugin-image.mjs',
  });
  const python = join(root, 'plugins', 'python');
  await ensure(root, {
    tag: `sly-agent/python:${version}`,
    stamp: '.sly-python-image',
    madeOf: ['Dockerfile', 'run_script.py'].map((name) => readFileSync(join(python, name))),
    script: 'scripts/build-python-image.mjs',
    // It needs Debian's packages; what is not about scripts goes on without them.
    optional: true,
  });
}

async function ensure(root, { tag, stamp: name, madeOf, script, optional = false }) {
  const stamp = join(root, 'node_modules', name);
  const hash = createHash('sha256');
  for (const part of madeOf) hash.update(part);
  const wanted = hash.digest('hex');
  if ((await hasImage(tag)) && read(stamp) === wanted) return;
  if (run(root, script, ['--tag', tag], { optional })) writeFileSync(stamp, wanted);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** True when it went well; ends the process when it did not, unless it is `optional`. */
function run(root, script, args = [], { optional = false } = {}) {
  const result = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  if (result.status === 0) return true;
  process.stderr.write(`${script} failed: ${optional ? 'scripts' : 'the Docker tests'} cannot run\n`);
  if (!optional) process.exit(1);
  return false;
}
