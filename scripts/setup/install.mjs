/**
 * Installs the packages the lock file names, and the Node 24 binary that comes as one of them.
 *
 * Install scripts of packages do not run, with one exception: the `node` package fetches its binary by one.
 * Works under any npm that Node >= 18 ships; changes nothing outside the project folder.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Thrown for failures a person can act on; printed without a stack. */
export class SetupError extends Error {}

export const NODE_MAJOR = 24;

/** Path of the Node binary that runs this project. */
export function ownNode(root) {
  return join(root, 'node_modules', 'node', 'bin', 'node');
}

/** The link that puts it first on PATH inside npm scripts. */
export function nodeLink(root) {
  return join(root, 'node_modules', '.bin', 'node');
}

/** Brings node_modules to the state of package-lock.json and writes `stamp` when all of it is proven to work. */
export function installPackages(root, stamp, fingerprint) {
  if (!matchesLock(root)) {
    process.stderr.write('sly-agent setup: installing the dependencies (once, about half a minute)\n');
    npm(root, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  if (nodeVersion(root) === undefined) installNode(root);
  // npm links a package's commands before its binary is there, and then leaves this one out.
  if (!existsSync(nodeLink(root))) npm(root, ['rebuild', 'node', '--ignore-scripts']);
  const version = nodeVersion(root);
  if (version === undefined || !version.startsWith(`v${NODE_MAJOR}.`)) {
    throw new SetupError(
      `expected Node ${NODE_MAJOR} at ${ownNode(root)}, got ${version ?? 'nothing that runs'}`,
    );
  }
  proveSqlite(root);
  writeFileSync(stamp, `${fingerprint}\n`);
}

/** True when what is installed is already what the lock file asks for (say, after a plain `npm install`). */
function matchesLock(root) {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new SetupError(`there is no package-lock.json in ${root}`);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const have = installed[path];
    if (have === undefined ? entry.optional !== true : have.version !== entry.version) return false;
    if (have !== undefined && !existsSync(join(root, path, 'package.json'))) return false;
  }
  return Object.keys(installed).every((path) => wanted[path] !== undefined);
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Version text of the project's own Node; undefined when it is absent or does not start. */
function nodeVersion(root) {
  const result = spawnSync(ownNode(root), ['--version'], { encoding: 'utf8', env: quietEnvironment(root) });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function installNode(root) {
  const folder = join(root, 'node_modules', 'node');
  const result = spawnSync('node', ['installArchSpecificPackage.js'], {
    cwd: folder,
    encoding: 'utf8',
    env: quietEnvironment(root),
  });
  if (result.status !== 0) throw failed(`fetching the Node ${NODE_MAJOR} binary`, result);
}

/** The journal is the heart of the agent: better that setup fails than the first start. */
function proveSqlite(root) {
  const code = "new (require('better-sqlite3'))(':memory:').close()";
  const result = spawnSync(ownNode(root), ['-e', code], {
    cwd: root,
    encoding: 'utf8',
    env: quietEnvironment(root),
  });
  if (result.status !== 0) throw failed('loading better-sqlite3', result);
}

function npm(root, args) {
  const result = spawnSync('npm', args, { cwd: root, encoding: 'utf8', env: quietEnvironment(root) });
  if (result.error?.code === 'ENOENT') {
    throw new SetupError('npm was not found on PATH; install Node.js 18 or newer together with npm');
  }
  if (result.status !== 0) throw failed(`npm ${args[0]}`, result);
}

/**
 * The caller's environment without this project's own bin folder on PATH: while packages are replaced,
 * the Node in there disappears under the process that runs from it.
 */
function quietEnvironment(root) {
  const own = join(root, 'node_modules');
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.startsWith(own));
  return { ...process.env, PATH: path.join(delimiter), npm_config_update_notifier: 'false' };
}

const REASONS = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH/,
    'the package registry could not be reached: check network, proxy and DNS',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    'TLS could not be verified: set NODE_EXTRA_CA_CERTS to the certificate file of your proxy',
  ],
  [/ENOSPC/, 'the disk is full'],
  [/EACCES|EPERM/, 'a file may not be written: does the folder belong to another user?'],
  [
    /EUSAGE|lockfileVersion/,
    'npm does not accept package-lock.json: is package.json newer than it, or npm older than 8?',
  ],
];

function failed(what, result) {
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim();
  const reason = REASONS.find(([pattern]) => pattern.test(output))?.[1];
  const tail = output.split('\n').slice(-15).join('\n');
  const how = result.signal ? `was ended by ${result.signal}` : `failed with exit code ${result.status}`;
  return new SetupError(`${what} ${how}${reason === undefined ? '' : `: ${reason}`}\n${tail}`);
}
