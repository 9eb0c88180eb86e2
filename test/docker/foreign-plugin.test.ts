/**
 * Plugins this project did not write, as containers of another image: an import that leaves a classic project
 * folder and prints the old events, and an export script that just writes files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { describeDocker } from '../support/docker.ts';
import { snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { assertAllAccounted, importAndWait, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

const IMAGE = 'node:24-bookworm-slim';

function addPlugin(data: string, name: string, actions: string[], program: string): void {
  const folder = path.join(data, 'plugins', name);
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name,
    version: '1.0.0',
    title: name,
    description: `${name} of somebody else`,
    image: IMAGE,
    command: ['node', '-e', program],
    actions,
    modalities: ['images'],
  };
  writeFileSync(path.join(folder, 'plugin.json'), JSON.stringify(manifest));
}

const CLASSIC = `
const fs = require('fs'), path = '/sly_task_data';
const config = JSON.parse(fs.readFileSync(path + '/task_settings.json'));
const project = path + '/results/' + config.res_names.project;
fs.mkdirSync(project + '/ds/img', { recursive: true });
fs.mkdirSync(project + '/ds/ann');
fs.writeFileSync(project + '/meta.json', JSON.stringify({ classes: [{ title: 'car', shape: 'rectangle', color: '#ff0000' }], tags: [] }));
const names = fs.readdirSync(path + '/data/images');
names.forEach((name, at) => {
  fs.copyFileSync(path + '/data/images/' + name, project + '/ds/img/' + name);
  const object = { classTitle: 'car', tags: [], points: { exterior: [[1, 1], [5, 5]], interior: [] } };
  fs.writeFileSync(project + '/ds/ann/' + name + '.json', JSON.stringify({ description: '', tags: [], size: { height: 32, width: 32 }, objects: [object] }));
  console.log(JSON.stringify({ message: 'progress', event_type: 'EventType.PROGRESS', subtask: 'Import', current: at + 1, total: names.length }));
});
fs.symlinkSync('/etc/passwd', project + '/ds/img/stolen.png');
console.log(JSON.stringify({ message: 'done', event_type: 'EventType.IMPORT_APPLIED' }));
`;

const SCRIPT = `
const fs = require('fs'), path = '/sly_task_data';
const config = JSON.parse(fs.readFileSync(path + '/task_config.json'));
const project = path + '/data/' + config.res_names.project;
const lines = fs.readdirSync(project, { recursive: true }).filter((name) => name.endsWith('.png')).sort();
fs.writeFileSync(path + '/results/list.txt', lines.join('\\n'));
`;

describeDocker('plugins of others', () => {
  test('a classic import image and an export script', { timeout: 120_000 }, async () => {
    const root = tempFolder('foreign');
    const data = path.join(root, 'data');
    addPlugin(data, 'classic-import', ['import'], CLASSIC);
    addPlugin(data, 'list-files', ['export'], SCRIPT);
    writeSampleCoco(path.join(root, 'street'), { images: 7 });
    const daemon = await startDaemon({ data, flags: { runner: 'docker', 'allowed-images': IMAGE } });

    const task = await importAndWait(daemon.control, {
      path: path.join(root, 'street'),
      plugin: 'classic-import',
    });
    assertAllAccounted(task);
    const project = snapshotProject(data, task.result?.projectId ?? 0);
    expect(project.items.map((item) => item.name)).toHaveLength(7);
    expect(JSON.stringify(project)).not.toContain('stolen');
    expect(project.classes).toMatchObject([{ title: 'car', shape: 'rectangle' }]);
    const log = await daemon.control.log(task.key, 0);
    expect(log.text).toContain('IMPORT_APPLIED');

    const { key } = await daemon.control.export({
      project: String(task.result?.projectId),
      plugin: 'list-files',
    });
    const exported = await whenEnded(daemon.control, key);
    expect(exported.failure).toBeNull();
    const chunks: Buffer[] = [];
    for await (const chunk of await daemon.control.archive(key, 0)) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('latin1');
    expect(text).toContain('ds/img/image-00007.png');
  });

  test('an image that is not on the allow-list does not run', { timeout: 60_000 }, async () => {
    const root = tempFolder('foreign');
    const data = path.join(root, 'data');
    addPlugin(data, 'classic-import', ['import'], CLASSIC);
    writeSampleCoco(path.join(root, 'street'), { images: 1 });
    const daemon = await startDaemon({ data, flags: { runner: 'docker' } });
    const { key } = await daemon.control.import({
      path: path.join(root, 'street'),
      plugin: 'classic-import',
    });
    const task = await whenEnded(daemon.control, key);
    expect(task.failure?.code).toBe('SLY_IMAGE_NOT_ALLOWED');
    expect(task.failure?.hint).toContain('allowed_images');
  });
});
