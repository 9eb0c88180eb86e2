#!/usr/bin/env node
/**
 * Documents that are made from data: the example configuration, its JSON Schema, the reference pages.
 * `--check` writes nothing and fails when one is out of step.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = (path) => import(join(root, 'src', path));

const { configReference, configSchema, exampleYaml } = await source('lib/config/describe-config.ts');
const { errorReference } = await source('lib/describe-errors.ts');
const { cliReference } = await source('cli/describe-cli.ts');

const { formatsReference } = await source('plugin-kit/describe-formats.ts');

const documents = {
  'config/sly-agent.example.yaml': exampleYaml(),
  'config/sly-agent.schema.json': `${JSON.stringify(configSchema(), null, 2)}\n`,
  'docs/reference/config.md': configReference(),
  'docs/reference/errors.md': errorReference(),
  'docs/reference/cli.md': await cliReference(),
  'docs/reference/formats.md': formatsReference(),
};

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, text] of Object.entries(documents)) {
  const file = join(root, path);
  if (read(file) === text) continue;
  if (check) {
    stale++;
    process.stderr.write(`${path} is out of step with the code\n`);
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
process.exit(stale > 0 ? 1 : 0);

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
