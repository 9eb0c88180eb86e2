#!/usr/bin/env node
/**
 * Builds the page: one script and what it loads when it is needed, its workers, one style sheet, one document. `--out DIR` is
 * filled; nothing is fetched.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const out = resolve(values.out ?? join(here, '..', 'dist', 'web'));

mkdirSync(out, { recursive: true });
await build({
  entryPoints: {
    page: join(here, 'src', 'main.tsx'),
    style: join(here, 'styles', 'page.css'),
    'cloud-worker': join(here, 'src', 'projects', 'cloud', 'read', 'cloud-worker.ts'),
    'volume-worker': join(here, 'src', 'projects', 'volume', 'read', 'volume-worker.ts'),
  },
  outdir: out,
  bundle: true,
  splitting: true,
  chunkNames: 'part-[hash]',
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
});
for (const file of ['index.html', 'icon.svg']) copyFileSync(join(here, file), join(out, file));
