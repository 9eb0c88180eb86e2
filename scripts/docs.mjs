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

const { describedMethods } = await source('platform/api/openapi/tables.ts');
const { openApiDocument } = await source('platform/api/openapi/document.ts');
const { apiReference } = await source('platform/api/openapi/reference.ts');
const { formatsReference } = await source('plugin-kit/describe-formats.ts');

const methods = describedMethods();
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const documents = {
  'config/sly-agent.example.yaml': exampleYaml(),
  'config/sly-agent.schema.json': `${JSON.stringify(configSchema(), null, 2)}\n`,
  'docs/reference/config.md': configReference(),
  'docs/reference/errors.md': errorReference(),
  'docs/reference/cli.md': await cliReference(),
  'docs/reference/formats.md': formatsReference(),
  'docs/reference/api.md': apiReference(methods),
  'docs/reference/openapi.json': entryALine(openApiDocument(methods, version)),
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

/** Short enough to keep, and a change of one method is one changed line. */
function entryALine(document) {
  const rows = Object.entries(document).map(([key, value]) => {
    const isLong = key === 'paths' || key === 'components';
    return `${JSON.stringify(key)}: ${isLong ? entries(value, key === 'components' ? 2 : 1) : JSON.stringify(value)}`;
  });
  return `{\n${rows.join(',\n')}\n}\n`;
}

function entries(value, depth) {
  if (depth === 0) return JSON.stringify(value);
  const rows = Object.entries(value).map(
    ([key, part]) => `${JSON.stringify(key)}: ${entries(part, depth - 1)}`,
  );
  return `{\n${rows.join(',\n')}\n}`;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
