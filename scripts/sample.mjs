#!/usr/bin/env node
/** Writes a small COCO dataset of drawn pictures, to try things with: `npm run sample [-- FOLDER]`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { sampleDataset } from '../src/platform/api/uploads/sample-dataset.ts';

const folder = resolve(process.argv[2] ?? 'sample-coco');
if (existsSync(folder)) {
  process.stderr.write(`${folder} exists already; name another folder\n`);
  process.exit(1);
}
const files = sampleDataset();
for (const { path, bytes } of files) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
process.stdout.write(`${folder}: ${files.length} files\n`);
