/** The image the built-in plugins share runs as anybody, on a read-only root, with what is in it alone. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/lib/version.ts';
import { describeDocker, docker, PLUGIN_IMAGE } from '../support/docker.ts';
import { tempFolder } from '../support/temp-folder.ts';

const FIXTURES = path.join(packageRoot(), 'plugins/images/fixtures/tree');
const LOCKED = [
  '--read-only',
  '--network',
  'none',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
];

function runImage(user: string, ...args: string[]): string {
  const task = tempFolder('image');
  const results = path.join(task, 'results');
  mkdirSync(results);
  // Whoever the container runs as.
  chmodSync(task, 0o755);
  chmodSync(results, 0o777);
  writeFileSync(
    path.join(task, 'task_config.json'),
    JSON.stringify({
      action: args[0],
      task_id: 1,
      res_names: { project: 'p' },
      options: {},
      append_to_existing_project: false,
    }),
  );
  const mounts = [
    `${task}:/sly_task_data:ro`,
    `${results}:/sly_task_data/results`,
    `${FIXTURES}:/sly_task_data/data:ro`,
  ];
  mkdirSync(path.join(task, 'data'));
  docker(
    'run',
    '--rm',
    '--user',
    user,
    ...LOCKED,
    ...mounts.flatMap((mount) => ['--volume', mount]),
    PLUGIN_IMAGE,
    ...args,
  );
  return results;
}

describeDocker('the image of the built-in plugins', () => {
  test('detect loads every plugin', { timeout: 60_000 }, () => {
    const results = runImage('54321:54321', 'detect');
    const text = readFileSync(path.join(results, 'detection.json'), 'utf8');
    const detection = JSON.parse(text) as {
      candidates: { plugin: string }[];
      rejected: { because: string }[];
    };
    expect(detection.candidates[0]?.plugin).toBe('images');
    expect(detection.rejected.filter(({ because }) => because.startsWith('it failed'))).toEqual([]);
  });

  test('an import writes its segments', { timeout: 60_000 }, () => {
    const results = runImage('54321:54321', 'import', 'images');
    const lines = readFileSync(path.join(results, 'segments/000001.ndjson'), 'utf8').trim().split('\n');
    expect(lines.filter((line) => line.includes('"kind":"item"'))).toHaveLength(7);
  });

  test('by hand it is nobody in particular, and has no more packages than it needs', {
    timeout: 60_000,
  }, () => {
    expect(docker('run', '--rm', '--entrypoint', 'id', PLUGIN_IMAGE, '-u')).toBe('10001');
    const packages = docker(
      'run',
      '--rm',
      '--entrypoint',
      'ls',
      PLUGIN_IMAGE,
      '/opt/sly-plugins/node_modules',
    );
    // fast-png by import, yaml by a late require, sharp with its native part.
    expect(packages.split('\n')).toEqual(expect.arrayContaining(['fast-png', 'yaml', 'sharp', '@img']));
    expect(packages).not.toMatch(/typebox|fastify|dockerode|better-sqlite3/);
  });
}, [PLUGIN_IMAGE]);
