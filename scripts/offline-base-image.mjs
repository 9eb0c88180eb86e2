#!/usr/bin/env node
/**
 * Makes the base image of our Dockerfiles, `node:24-bookworm-slim`, on a machine that reaches Debian's packages but no
 * image registry. Where a registry is reachable, `docker pull` gives the real one and this script is not needed.
 *
 * What it makes: a minimal Debian (debootstrap, from the mirrors this machine's own apt uses), the Node binary of
 * node_modules/node as /usr/local/bin/node, this machine's npm with the certificates and the registry it is set to,
 * and a user `node` (1000). What it leaves out of the real image: yarn, corepack and the entry point script.
 *
 * Keeps an image of that tag that is there already, unless --force. Needs root (chroot), debootstrap and an engine.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ownNode } from './setup/install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SUITE = 'bookworm';
const TAG = 'node:24-bookworm-slim';
const USER_ID = 1000;
/** Unpacked system, packages and the tar stream's copy in the engine. */
const ROOM_BYTES = 1.5 * 2 ** 30;
/** Of no use inside an image and remade by apt when needed. */
const CACHES = [
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
];

export class BaseImageError extends Error {}

export function imageExists(tag) {
  return spawnSync('docker', ['image', 'inspect', tag], { stdio: 'ignore' }).status === 0;
}

/** True when it made the image, false when one was there. */
export async function makeBaseImage({ tag = TAG, force = false, say = () => {} } = {}) {
  assertEngine();
  if (!force && imageExists(tag)) return false;
  assertTools();
  const mirrors = aptMirrors();
  const work = mkdtempSync(join(tmpdir(), 'sly-base-image-'));
  try {
    if (statfsSync(work).bavail * statfsSync(work).bsize < ROOM_BYTES)
      throw new BaseImageError(
        `needs ${ROOM_BYTES / 2 ** 20} MB free in ${tmpdir()} (TMPDIR names another place)`,
      );
    const tree = join(work, 'root');
    say(`debootstrap ${SUITE} (about a minute)`);
    debootstrap(tree, mirrors.find((mirror) => mirror.suite === SUITE).url, work);
    dressUp(tree, mirrors);
    say(`import as ${tag}`);
    await importTree(tree, tag);
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function assertEngine() {
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8' });
  if (asked.error?.code === 'ENOENT') throw new BaseImageError('the docker command is not installed');
  if (asked.status !== 0) throw new BaseImageError(`no Docker engine answers: ${asked.stderr.trim()}`);
}

function assertTools() {
  if (process.getuid?.() !== 0)
    throw new BaseImageError('must run as root: debootstrap makes a root file system');
  if (spawnSync('debootstrap', ['--version'], { stdio: 'ignore' }).error !== undefined)
    throw new BaseImageError('debootstrap is not installed: apt-get install debootstrap');
  if (!existsSync(ownNode(root)))
    throw new BaseImageError(`${ownNode(root)} is not there: run node scripts/setup.mjs first`);
}

/** The repositories apt on this machine reads for our suite, its updates and security fixes. */
function aptMirrors() {
  const asked = spawnSync(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages'],
    { encoding: 'utf8' },
  );
  const lines = [...new Set((asked.stdout ?? '').split('\n'))].map((line) => line.trim().split(' '));
  const mirrors = lines
    .filter(([, suite]) => suite?.startsWith(SUITE))
    .map(([url, suite]) => ({ url, suite }));
  if (!mirrors.some((mirror) => mirror.suite === SUITE)) {
    throw new BaseImageError(
      `apt on this machine has no source for Debian ${SUITE}: add one under /etc/apt and run apt-get update`,
    );
  }
  return mirrors;
}

function debootstrap(tree, mirror, work) {
  const log = join(work, 'debootstrap.log');
  const include = 'ca-certificates,libstdc++6,libgcc-s1';
  const result = spawnSync(
    'debootstrap',
    ['--variant=minbase', `--include=${include}`, SUITE, tree, mirror],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
    },
  );
  if (result.status === 0) return;
  writeFileSync(log, `${result.stdout}${result.stderr}`);
  const last = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-5).join('\n  ');
  throw new BaseImageError(`debootstrap failed:\n  ${last}`);
}

function dressUp(tree, mirrors) {
  copyFileSync(ownNode(root), join(tree, 'usr/local/bin/node'));
  addNpm(tree);
  const sources = mirrors.map(({ url, suite }) => `deb ${url} ${suite} main\n`).join('');
  writeFileSync(join(tree, 'etc/apt/sources.list'), sources);
  writeFileSync(join(tree, 'etc/resolv.conf'), '');
  appendFileSync(join(tree, 'etc/passwd'), `node:x:${USER_ID}:${USER_ID}::/home/node:/bin/sh\n`);
  appendFileSync(join(tree, 'etc/group'), `node:x:${USER_ID}:\n`);
  const home = spawnSync('install', ['-d', '-o', `${USER_ID}`, '-g', `${USER_ID}`, join(tree, 'home/node')]);
  if (home.status !== 0) throw new BaseImageError(`cannot make /home/node: ${home.stderr}`);
  for (const folder of CACHES) {
    const full = join(tree, folder);
    if (!existsSync(full)) continue;
    for (const name of readdirSync(full)) rmSync(join(full, name), { recursive: true, force: true });
  }
}

/** npm as this machine has it: a build inside the image reaches what a build outside reaches. */
function addNpm(tree) {
  const ask = (...args) => spawnSync('npm', args, { encoding: 'utf8' }).stdout?.trim() ?? '';
  // Two ways to it: `npm root` follows whichever Node comes first, the command itself may be a shim.
  const commands = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm'));
  const command = commands.find((file) => existsSync(file));
  const places = [
    join(ask('root', '--global'), 'npm'),
    ...(command === undefined ? [] : [dirname(dirname(realpathSync(command)))]),
  ];
  const npm = places.find((folder) => existsSync(join(folder, 'bin', 'npm-cli.js')));
  if (npm === undefined)
    throw new BaseImageError(`npm is not installed: it is not in ${places.join(' or ')}`);
  cpSync(npm, join(tree, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(tree, 'usr/local/bin', name));
  const settings = [`registry=${ask('config', 'get', 'registry')}`];
  const authorities = process.env.NODE_EXTRA_CA_CERTS ?? '';
  if (existsSync(authorities)) {
    copyFileSync(authorities, join(tree, 'etc/ssl/certs/ca-certificates.crt'));
    settings.push('cafile=/etc/ssl/certs/ca-certificates.crt');
  }
  mkdirSync(join(tree, 'usr/local/etc'), { recursive: true });
  writeFileSync(join(tree, 'usr/local/etc/npmrc'), `${settings.join('\n')}\n`);
}

/** tar of the tree straight into the engine: no second copy on disk. */
async function importTree(tree, tag) {
  // debootstrap may leave device nodes; the engine gives every container its own.
  const tar = spawn('tar', ['--numeric-owner', '--exclude=./dev/*', '-C', tree, '-c', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const changes = [
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'CMD ["node"]',
    'LABEL dev.sly-agent.offline-base=1',
  ];
  const load = spawn('docker', ['import', ...changes.flatMap((change) => ['--change', change]), '-', tag], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  // An import that ends early breaks the pipe; its exit code below says more than that.
  const piped = pipeline(tar.stdout, load.stdin).catch(() => tar.kill());
  const [packed, loaded] = await Promise.all([ended(tar), ended(load), piped]);
  if (packed !== 0 || loaded !== 0)
    throw new BaseImageError(`tar ended with ${packed}, docker import with ${loaded}`);
  const check = spawnSync('docker', ['run', '--rm', '--network', 'none', tag, 'node', '--version'], {
    encoding: 'utf8',
  });
  if (check.status !== 0)
    throw new BaseImageError(`node does not run in the new image: ${check.stderr.trim()}`);
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const say = (line) => process.stdout.write(`offline-base-image: ${line}\n`);
  try {
    const { values } = parseArgs({
      options: { force: { type: 'boolean', default: false }, tag: { type: 'string', default: TAG } },
    });
    const made = await makeBaseImage({ ...values, say });
    say(made ? `${values.tag} is ready` : `${values.tag} is there already (--force makes it anew)`);
  } catch (error) {
    process.stderr.write(`offline-base-image: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
