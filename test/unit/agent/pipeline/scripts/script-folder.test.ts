/** Which files of the scripts folder become plugins, under which name, and what is said of the others. Real files. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadPlugins } from '../../../../../src/agent/pipeline/plugin-registry.ts';
import { copiedScript, copyScript } from '../../../../../src/agent/pipeline/scripts/copy-script.ts';
import type { PluginRegistry } from '../../../../../src/agent/ports/plugins.ts';
import { sha256Of } from '../../../../../src/lib/hash.ts';
import { silentLogger } from '../../../../../src/lib/log.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const IMAGE = 'sly-agent/python:test';
let folder: string;
let plugins: PluginRegistry;

function registry(network: 'none' | 'platform' = 'platform'): PluginRegistry {
  const builtin = path.join(path.dirname(folder), 'builtin');
  mkdirSync(path.join(builtin, 'coco'), { recursive: true });
  const coco = {
    ...{ name: 'coco', version: '1.0.0', title: 'COCO', description: '' },
    ...{ actions: ['export'], modalities: ['images'] },
  };
  writeFileSync(path.join(builtin, 'coco', 'plugin.json'), JSON.stringify(coco));
  return loadPlugins({
    builtin,
    builtinImage: 'image',
    scripts: { folder, image: IMAGE, network },
    log: silentLogger(),
  });
}

const put = (name: string, text = 'print(1)\n'): void => writeFileSync(path.join(folder, name), text);
const names = (): string[] => plugins.list().map(({ manifest }) => manifest.name);
const reasonOf = (file: string): string | undefined =>
  plugins.scripts().refused.find((one) => one.file === file)?.reason;
const digestOf = (text: string): string => `sha256:${sha256Of(Buffer.from(text))}`;

beforeEach(() => {
  folder = path.join(tempFolder('scripts'), 'scripts');
  mkdirSync(folder);
  plugins = registry();
});

describe('names', () => {
  test.each([
    ['Download_As CSV.py', 'download-as-csv', 'Download As CSV', true],
    ['count_labels.py', 'count-labels', 'count labels', false],
    ['Zähle (alle).py', 'zahle-alle', 'Zähle (alle)', false],
    ['DOWNLOAD.py', 'download', 'DOWNLOAD', true],
    [`${'long '.repeat(20)}.py`, 'long-long-long-long-long-long-long-long-l', undefined, false],
  ])('%s', (file, name, title, download) => {
    put(file);
    const found = plugins.get(name);
    expect(found?.script).toMatchObject({ file, download, digest: digestOf('print(1)\n') });
    expect(found?.image).toBe(IMAGE);
    expect(found?.args('export')).toEqual([]);
    expect(found?.manifest).toMatchObject({ name, actions: ['export'], network: 'none' });
    if (title !== undefined) expect(found?.manifest.title).toBe(title);
  });

  test('a name that is taken, shared or empty is refused and says so', () => {
    for (const file of ['Coco.py', 'a b.py', 'a_b.py', 'сеть.py', 'fine.py']) put(file);
    expect(names()).toEqual(['coco', 'fine']);
    expect(plugins.get('coco')?.script).toBeUndefined();
    expect(reasonOf('Coco.py')).toContain('a plugin is called coco already');
    expect(reasonOf('a b.py')).toContain('"a_b.py" would be called a-b too');
    expect(reasonOf('a_b.py')).toContain('"a b.py"');
    expect(reasonOf('сеть.py')).toContain('rename it');
  });

  test('what is no script is no matter: folders, hidden files, other endings, no folder at all', () => {
    mkdirSync(path.join(folder, 'package.py'));
    for (const file of ['.hidden.py', 'README.md', 'x.PY', 'lib.pyc']) put(file);
    expect(names()).toEqual(['coco']);
    expect(plugins.scripts()).toEqual({ folder, refused: [] });
    rmSync(folder, { recursive: true });
    expect(names()).toEqual(['coco']);
    expect(plugins.scripts().refused).toEqual([]);
  });
});

describe('files that are not what they should be', () => {
  test('links: inside the folder they are followed, out of it never', () => {
    put('real.txt', 'print(2)\n');
    symlinkSync('real.txt', path.join(folder, 'inside.py'));
    symlinkSync('/etc/passwd', path.join(folder, 'outside.py'));
    symlinkSync('nowhere', path.join(folder, 'dangling.py'));
    put('honest.py');
    symlinkSync('/etc/hostname', path.join(folder, 'honest.json'));
    expect(names()).toEqual(['coco', 'inside']);
    expect(plugins.get('inside')?.script?.digest).toBe(digestOf('print(2)\n'));
    expect(reasonOf('outside.py')).toContain('leads out of the scripts folder');
    expect(reasonOf('dangling.py')).toContain('ENOENT');
    expect(reasonOf('honest.py')).toContain('leads out of the scripts folder');
  });

  test('a pipe does not hang the look, a huge file is not read, others may not write', () => {
    spawnSync('mkfifo', [path.join(folder, 'pipe.py')]);
    put('huge.py', `#${'x'.repeat(1 << 20)}`);
    put('open.py');
    chmodSync(path.join(folder, 'open.py'), 0o666);
    put('fine.py');
    expect(names()).toEqual(['coco', 'fine']);
    expect(reasonOf('pipe.py')).toContain('not a regular file');
    expect(reasonOf('huge.py')).toContain('larger than 1024 KiB');
    expect(reasonOf('open.py')).toContain('chmod o-w');
    chmodSync(folder, 0o777);
    expect(names()).toEqual(['coco']);
    expect(reasonOf('scripts')).toContain('chmod o-w');
  });

  test('so many that they would not fit into a message are cut, and so are the reasons', () => {
    for (let n = 100; n < 300; n++) put(`s${n}.py`);
    expect(names()).toHaveLength(101);
    expect(plugins.scripts().refused).toHaveLength(50);
  });
});

describe('the .json beside it', () => {
  const FORM = {
    type: 'object',
    properties: { top: { type: 'integer', default: 3 } },
    additionalProperties: false,
  };

  test('says more, and options are checked by it', () => {
    put('stats.py');
    put(
      'stats.json',
      JSON.stringify({
        title: 'Statistics',
        description: 'Counts',
        options: { export: FORM },
        network: 'platform',
        resources: { memoryMb: 256 },
        limits: { wallSeconds: 60 },
      }),
    );
    expect(plugins.get('stats')?.manifest).toMatchObject({
      title: 'Statistics',
      network: 'platform',
      resources: { memoryMb: 256 },
      limits: { wallSeconds: 60 },
    });
    expect(plugins.completeOptions('stats', 'export', {})).toEqual({ top: 3 });
    expect(() => plugins.completeOptions('stats', 'export', { tip: 1 })).toThrow(/Did you mean top/);
    expect(() => plugins.completeOptions('stats', 'import', {})).toThrow(/cannot import/);
  });

  test.each([
    ['{"tittle": "x"}', 'unknown key "tittle"; did you mean title?'],
    ['{"image": "evil:1"}', 'unknown key "image"'],
    ['{"resources": {"memory": 5}}', 'unknown key "resources.memory"'],
    ['{"options": {"import": {}}}', 'unknown key "options.import"'],
    ['{"network": "host"}', '/network'],
    ['{"limits": {"wallSeconds": 0}}', '/limits/wallSeconds'],
    ['{"options": {"export": {"type": "array"}}}', 'options.export.type: expected "object", got "array"'],
    ['[]', '/ must be object'],
    ['null', '/ must be object'],
    ['{', 'not valid JSON'],
  ])('%s', (text, reason) => {
    put('bad.py');
    put('bad.json', text);
    put('good.py');
    expect(names()).toEqual(['coco', 'good']);
    expect(reasonOf('bad.py')).toContain(reason);
  });

  test('where the operator forbids the platform, a script that asks for it is left out', () => {
    put('asks.py');
    put('asks.json', '{"network": "platform"}');
    put('plain.py');
    expect(names()).toEqual(['asks', 'coco', 'plain']);
    plugins = registry('none');
    expect(names()).toEqual(['coco', 'plain']);
    expect(reasonOf('asks.py')).toContain('script_network: none');
  });
});

describe('changes', () => {
  test('are seen at the next look: new, edited in place, replaced, its .json, gone', () => {
    put('a.py');
    const first = plugins.get('a');
    put('a.py', 'print(2)\n');
    expect(plugins.get('a')?.script?.digest).toBe(digestOf('print(2)\n'));
    expect(plugins.get('a')?.manifest.version).not.toBe(first?.manifest.version);
    put('.a.new', 'print(3)\n');
    renameSync(path.join(folder, '.a.new'), path.join(folder, 'a.py'));
    expect(plugins.get('a')?.script?.digest).toBe(digestOf('print(3)\n'));
    put('a.json', '{"title": "A!"}');
    expect(plugins.get('a')?.manifest.title).toBe('A!');
    rmSync(path.join(folder, 'a.py'));
    expect(plugins.get('a')).toBeUndefined();
  });

  test('while it runs change nothing: the copy stays, and its digest is that of what ran', () => {
    put('a.py', 'print("as started")\n');
    const plugin = plugins.get('a');
    if (plugin === undefined) throw new Error('not found');
    put('a.py', 'print("between the look and the start")\n');
    const copies = path.join(tempFolder('copies'), 'script');
    const ran = copyScript(plugin, copies);
    expect(ran).toEqual({ file: 'a.py', digest: digestOf('print("between the look and the start")\n') });
    put('a.py', 'print("later")\n');
    expect(copiedScript(plugin, copies)).toEqual(ran);
    rmSync(path.join(folder, 'a.py'));
    expect(() => copyScript(plugin, copies)).toThrow(/not in the scripts folder any more/);
  });
});
