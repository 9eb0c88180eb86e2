#!/usr/bin/env node
/**
 * Makes a clone ready to run: packages, the Node 24 binary and, with `--build`, dist/.
 * Plain JavaScript for Node >= 18 without any package, because it is what installs the packages.
 * Says nothing and takes no time when everything is fresh; two at once wait for each other.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exclusive } from './setup/exclusive.mjs';
import { packagesFingerprint, readStamp, sourcesFingerprint } from './setup/fingerprint.mjs';
import { installPackages, nodeLink, ownNode, SetupError } from './setup/install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packagesStamp = join(root, 'node_modules', '.sly-setup');
const buildStamp = join(root, 'dist', '.build-stamp');
const wantBuild = process.argv.includes('--build');

const packagesFresh = () =>
  readStamp(packagesStamp) === packagesFingerprint(root) &&
  existsSync(ownNode(root)) &&
  existsSync(nodeLink(root));
const buildFresh = () => !wantBuild || readStamp(buildStamp) === sourcesFingerprint(root);

function build() {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const result = spawnSync(ownNode(root), [join(root, 'scripts', 'build.mjs')], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  if (result.status !== 0) throw new SetupError('the build failed: see above');
}

try {
  if (Number.parseInt(process.versions.node, 10) < 18) {
    throw new SetupError(`Node 18 or newer is needed to set up, this is ${process.version}`);
  }
  if (!packagesFresh() || !buildFresh()) {
    const onWait = (pid) =>
      process.stderr.write(`sly-agent setup: waiting for the setup in process ${pid}\n`);
    await exclusive(join(root, '.setup-lock'), { waitMs: 15 * 60_000, onWait }, () => {
      if (!packagesFresh()) installPackages(root, packagesStamp, packagesFingerprint(root));
      if (!buildFresh()) build();
    });
  }
} catch (error) {
  process.stderr.write(`sly-agent setup: ${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
