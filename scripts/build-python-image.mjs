#!/usr/bin/env node
/**
 * Builds the image script plugins run in.
 *
 *   node scripts/build-python-image.mjs [--tag sly-agent/python:VERSION]
 *
 * Its packages come from Debian, over the mirrors the base image names: those of this machine where the base was made
 * here (offline-base-image.mjs).
 */
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildImage } from './docker/build-image.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { values } = parseArgs({
  options: { tag: { type: 'string', default: `sly-agent/python:${version}` } },
});
const context = mkdtempSync(join(tmpdir(), 'sly-python-image-'));
try {
  for (const name of ['Dockerfile', 'run_script.py']) {
    cpSync(join(root, 'plugins/python', name), join(context, name));
    // Whatever umask wrote it: the container runs as a user nobody knows.
    chmodSync(join(context, name), 0o644);
  }
  await buildImage(context, values.tag, { network: 'default' });
  process.stdout.write(`${values.tag}\n`);
} catch (error) {
  process.stderr.write(`image of scripts: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(context, { recursive: true, force: true });
}
