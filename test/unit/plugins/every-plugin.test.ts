/** What every folder in plugins/ must have; so a new format is complete or this fails. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { loadPlugins } from '../../../src/agent/pipeline/plugin-registry.ts';
import { createParser } from '../../../src/lib/schema.ts';
import { packageRoot } from '../../../src/lib/version.ts';
import { loadPlugin } from '../../../src/plugin-kit/load-plugin.ts';
import { withCommonOptions } from '../../../src/protocol/common-options.ts';
import { type Manifest, ManifestSchema } from '../../../src/protocol/plugin.ts';

const ROOT = path.join(packageRoot(), 'plugins');
/** `python` is what scripts run in, no plugin. */
const NAMES = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'python')
  .map((entry) => entry.name);
const manifests = createParser(ManifestSchema, 'SLY_PLUGIN_MANIFEST');

const manifestOf = (name: string): Manifest =>
  manifests.parse(JSON.parse(readFileSync(path.join(ROOT, name, 'plugin.json'), 'utf8')), name);

/** Heading of the README -> the actions that need it. */
const HEADINGS: Record<string, readonly Manifest['actions'][number][]> = {
  'What it reads': ['import'],
  'What it writes': ['export'],
  Options: ['import', 'export'],
  Losses: ['export'],
};

interface OptionSchema {
  type?: string;
  properties?: Record<string, { type?: unknown; enum?: unknown[]; default?: unknown; description?: string }>;
  required?: string[];
  additionalProperties?: unknown;
}

test('there are plugins', () => {
  expect(NAMES).toEqual(expect.arrayContaining(['images', 'mock']));
});

test.each(NAMES)('%s: the manifest is valid and its name is the folder', (name) => {
  const manifest = manifestOf(name);
  expect(manifest.name).toBe(name);
  expect(manifest.title.trim()).not.toBe('');
  expect(manifest.description.trim()).not.toBe('');
  expect(manifest.losses, 'losses are listed, even when there are none').toBeDefined();
  if (manifest.actions.includes('detect'))
    expect(manifest.detectedBy, 'the table of formats says it').toMatch(/\S/);
});

test.each(NAMES)('%s: the module has exactly the actions of its manifest', async (name) => {
  const { plugin } = await loadPlugin(name);
  expect(Object.keys(plugin).sort()).toEqual([...manifestOf(name).actions].sort());
});

test.each(NAMES)('%s: README, fixtures and tests are there', (name) => {
  const { actions, hidden, title } = manifestOf(name);
  const tests = readdirSync(path.join(ROOT, name, 'test'), { recursive: true }).map(String);
  expect(tests.some((file) => file.endsWith('.test.ts'))).toBe(true);
  const readme = readFileSync(path.join(ROOT, name, 'README.md'), 'utf8');
  expect(readme.split('\n')[0]).toBe(`# ${title}`);
  for (const [heading, needed] of Object.entries(HEADINGS))
    if (needed.some((action) => actions.includes(action)))
      expect(readme).toMatch(new RegExp(`^## ${heading}$`, 'm'));
  if (hidden !== true) expect(existsSync(path.join(ROOT, name, 'fixtures'))).toBe(true);
});

test.each(NAMES)('%s: every option says what it does and what it is when not given', (name) => {
  const { options = {} } = manifestOf(name);
  const readme = readFileSync(path.join(ROOT, name, 'README.md'), 'utf8');
  for (const [action, schema] of Object.entries(options) as [string, OptionSchema][]) {
    expect(schema, action).toMatchObject({ type: 'object', additionalProperties: false });
    expect(schema.required ?? [], 'a required option cannot be left to auto-detection').toEqual([]);
    for (const [key, option] of Object.entries(schema.properties ?? {})) {
      const where = `${action}.${key}`;
      expect(option.description, where).toMatch(/\S.*\.$/s);
      expect(option, where).toHaveProperty('default');
      expect(readme, `${where} is in the README`).toContain(`\`${key}\``);
      if (option.enum !== undefined) expect(option.enum, where).toContain(option.default);
    }
  }
});

test.each(NAMES)('%s: the agent accepts the defaults of its options', (name) => {
  const registry = loadPlugins({
    builtin: ROOT,
    builtinImage: 'image',
    includeHidden: true,
    log: pino({ enabled: false }),
  });
  const manifest = manifestOf(name);
  for (const action of manifest.actions) {
    if (action === 'detect') continue;
    const complete = registry.completeOptions(name, action, {});
    const { properties = {} } = (withCommonOptions(manifest).options?.[action] ?? {}) as OptionSchema;
    expect(Object.keys(complete).sort()).toEqual(Object.keys(properties).sort());
  }
});

test('hidden plugins are offered to nobody unless asked for', () => {
  const options = { builtin: ROOT, builtinImage: 'image', log: pino({ enabled: false }) };
  const names = loadPlugins(options)
    .list()
    .map(({ manifest }) => manifest.name);
  expect(names).toContain('images');
  expect(names).not.toContain('mock');
  expect(loadPlugins({ ...options, includeHidden: true }).get('mock')).toBeDefined();
});
