/**
 * The images the Docker tests need: the base image (there already, pulled, or made offline) and the plugins'
 * image, built anew when what goes into it has changed.
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
  const tag = `sly-agent/plugins:${version}`;
  const stamp = join(root, 'node_modules', '.sly-plugin-image');
  const wanted = createHash('sha256')
    .update(sourcesFingerprint(root))
    .update(readFileSync(join(root, 'plugins', 'Dockerfile')))
    .digest('hex');
  if ((await hasImage(tag)) && read(stamp) === wanted) return;
  run(root, 'scripts/build-plugin-image.mjs', '--tag', tag);
  writeFileSync(stamp, wanted);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function run(root, script, ...args) {
  const result = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) {
    process.stderr.write(`${script} failed: the Docker tests cannot run\n`);
    process.exit(1);
  }
}
