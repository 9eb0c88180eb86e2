/** The guide for authors is true: its manifest is valid, its program runs, what it writes is what the agent reads. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readPluginLine } from '../../../src/agent/pipeline/plugin-output.ts';
import { completeOptions } from '../../../src/agent/pipeline/plugin-registry.ts';
import { readSegment } from '../../../src/agent/pipeline/segments.ts';
import { createParser } from '../../../src/lib/schema.ts';
import { packageRoot } from '../../../src/lib/version.ts';
import { ManifestSchema, TaskConfigSchema } from '../../../src/protocol/plugin.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const GUIDE = readFileSync(path.join(packageRoot(), 'docs/guides/write-a-plugin.md'), 'utf8');

function blocks(language: string): string[] {
  return [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    (match) => match[1] ?? '',
  );
}

const [manifest, config] = blocks('json').map((text) => JSON.parse(text) as Record<string, unknown>);

test('the manifest and the configuration have the agreed shape', () => {
  const parsed = createParser(ManifestSchema).parse(manifest, 'manifest');
  expect(createParser(TaskConfigSchema).check(config)).toBe(true);
  expect(completeOptions(parsed.name, parsed.options?.import, {})).toEqual({ dataset: 'ds0' });
});

test('the lines of videos and episodes have the agreed shape', async () => {
  const segments = tempFolder();
  writeFileSync(path.join(segments, '000001.ndjson'), blocks('jsonl').join(''));
  const segment = await readSegment(segments, 1);
  expect(segment?.broken).toEqual([]);
  expect(segment?.lines.map(({ kind }) => kind)).toEqual(['item', 'figures', 'episode']);
});

test('every key of a manifest is explained', () => {
  for (const key of Object.keys(ManifestSchema.properties))
    expect(GUIDE).toMatch(new RegExp(`^\\| .*\`${key}\``, 'm'));
});

const python = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!python)('the Python program does what it says', async () => {
  const task = tempFolder();
  mkdirSync(path.join(task, 'data/pictures'), { recursive: true });
  mkdirSync(path.join(task, 'results'));
  writeFileSync(path.join(task, 'task_config.json'), JSON.stringify(config));
  writeFileSync(path.join(task, 'data/pictures/a.png'), 'bytes');
  const rows = [
    'file,width,height,class,left,top,right,bottom',
    'pictures/a.png,64,48,car,1,2,10,20',
    'b.png,1,1,dog,0,0,0,0',
  ];
  writeFileSync(path.join(task, 'data/labels.csv'), rows.join('\n'));
  const program = path.join(task, 'plugin.py');
  writeFileSync(program, blocks('python')[0] ?? '');
  const ran = spawnSync('python3', [program], {
    env: { ...process.env, SLY_TASK_DIR: task },
    encoding: 'utf8',
  });
  expect(ran.stderr).toBe('');
  const segment = await readSegment(path.join(task, 'results/segments'), 1);
  expect(segment?.broken).toEqual([]);
  expect(segment?.lines).toMatchObject([
    { kind: 'used', file: 'data/labels.csv' },
    {
      kind: 'item',
      dataset: 'ds0',
      name: 'a.png',
      file: 'data/pictures/a.png',
      width: 64,
      ann: { size: { height: 48 } },
    },
    { kind: 'report', status: 'failed', message: 'expected a picture b.png, got nothing' },
  ]);
  const meta = JSON.parse(readFileSync(path.join(task, 'results/meta.json'), 'utf8')) as {
    classes: unknown[];
  };
  expect(meta.classes).toHaveLength(2);
  const said = readPluginLine(ran.stdout.split('\n')[0] ?? '', 'stdout', false);
  expect(said.progress).toEqual({ phase: 'Converting', items: { done: 1, total: 2 } });
});
