#!/usr/bin/env node
/**
 * Builds the image the built-in plugins share.
 *
 *   node scripts/build-plugin-image.mjs [--tag sly-agent/plugins:VERSION] [--dist DIR]
 *
 * Stages a context of only what a plugin loads: the modules reachable from the host and from each plugin in
 * dist/, and the packages those import, with their dependencies as package-lock.json has them. Prints the tag.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildImage } from './docker/build-image.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Fills `context`; returns the names of the packages in it. */
export async function stageContext(context, dist) {
  const host = join(dist, 'src/plugin-kit/host.js');
  if (!existsSync(host)) throw new Error(`${relative(root, host)} is not there: npm run build`);
  const plugins = readdirSync(join(dist, 'plugins'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(dist, 'plugins', entry.name, 'plugin.json')))
    .map((entry) => `plugins/${entry.name}`);
  const { files, packages } = await moduleGraph(dist, [
    host,
    ...plugins.map((name) => join(dist, name, 'plugin.js')),
    // Loaded by address, not by import: siblingModule() of workers.ts.
    ...workersBelow(dist),
  ]);
  for (const file of [...files, ...plugins.map((name) => `${name}/plugin.json`)])
    copy(join(dist, file), join(context, 'dist', file));
  mkdirSync(join(context, 'node_modules'));
  const folders = packageClosure(packages);
  for (const folder of folders) copyPackage(folder, context);
  writeFileSync(join(context, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  copy(join(root, 'plugins/Dockerfile'), join(context, 'Dockerfile'));
  makeReadable(context);
  return folders.map((folder) => folder.replace(/^node_modules\//, ''));
}

/** Worker modules of the kit and the plugins. */
function workersBelow(dist) {
  return ['src/plugin-kit', 'plugins'].flatMap((folder) =>
    readdirSync(join(dist, folder), { recursive: true })
      .filter((file) => file.endsWith('-worker.js'))
      .map((file) => join(dist, folder, file)),
  );
}

/** Every module the entries load, relative to `dist`, and the packages they name. */
async function moduleGraph(dist, entryPoints) {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    entryPoints,
    bundle: true,
    write: false,
    metafile: true,
    outdir: dist,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    absWorkingDir: dist,
    logLevel: 'silent',
  });
  const packages = new Set();
  for (const { imports } of Object.values(metafile.inputs)) {
    for (const { path, external } of imports) {
      if (!external || path.startsWith('node:')) continue;
      packages.add(
        path
          .split('/')
          .slice(0, path.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    }
  }
  const files = Object.keys(metafile.inputs);
  // What is loaded late by `createRequire` is seen by no bundler.
  for (const file of files)
    for (const [, name] of readFileSync(join(dist, file), 'utf8').matchAll(
      /\brequire\('([a-z@][^'./:]*)'\)/g,
    ))
      packages.add(name);
  return { files, packages };
}

/** Folders below the root of the packages and all they depend on, found the way Node finds them. */
function packageClosure(names) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const found = new Set();
  const add = (name, from) => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
      if (packages[folder] !== undefined) {
        if (found.has(folder)) return;
        found.add(folder);
        const { dependencies = {}, optionalDependencies = {} } = packages[folder];
        for (const next of Object.keys(dependencies)) add(next, folder);
        // Native parts: what was installed for this machine is what the image, of the same machine, needs.
        for (const next of Object.keys(optionalDependencies))
          if (existsSync(join(root, 'node_modules', next))) add(next, folder);
        return;
      }
      if (at === '') throw new Error(`package-lock.json has no ${name}, which ${from || 'a plugin'} needs`);
    }
  };
  for (const name of names) add(name, '');
  return [...found].sort();
}

/** Without the packages nested in it: the closure lists those it needs. */
function copyPackage(folder, context) {
  const source = join(root, folder);
  cpSync(source, join(context, folder), {
    recursive: true,
    dereference: true,
    filter: (file) =>
      !relative(source, file).split('/').includes('node_modules') && !/\.(?:map|md|ts)$/.test(file),
  });
}

function copy(source, target) {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target);
}

/** Whatever umask staged it: the container runs as a user nobody knows. */
function makeReadable(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else chmodSync(path, 0o644);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { values } = parseArgs({
    options: {
      tag: { type: 'string', default: `sly-agent/plugins:${version}` },
      dist: { type: 'string', default: 'dist' },
    },
  });
  const context = mkdtempSync(join(tmpdir(), 'sly-plugin-image-'));
  try {
    const packages = await stageContext(context, resolve(root, values.dist));
    await buildImage(context, values.tag, { network: 'none' });
    process.stdout.write(`${values.tag} (packages: ${packages.join(', ')})\n`);
  } catch (error) {
    process.stderr.write(`plugin image: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
