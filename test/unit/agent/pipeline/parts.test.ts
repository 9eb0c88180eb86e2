import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseFormat } from '../../../../src/agent/pipeline/detect-format.ts';
import { exitFailure } from '../../../../src/agent/pipeline/exit-failure.ts';
import { createOutcomes } from '../../../../src/agent/pipeline/outcomes.ts';
import { createPluginFiles } from '../../../../src/agent/pipeline/plugin-files.ts';
import { readPluginLine } from '../../../../src/agent/pipeline/plugin-output.ts';
import { completeOptions } from '../../../../src/agent/pipeline/plugin-registry.ts';
import { readSegment } from '../../../../src/agent/pipeline/segments.ts';
import { tarStream } from '../../../../src/agent/pipeline/tar-stream.ts';
import { createTaskLog, openLogFile } from '../../../../src/agent/pipeline/task-log.ts';
import { loadTree, saveTree } from '../../../../src/agent/pipeline/tree-file.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const file = (name: string) => ({ path: name, size: 1, mtimeNs: 1n, inode: 1n });

describe('outcomes', () => {
  it('accounts for every file: in = ok + skipped + failed', async () => {
    const folder = tempFolder('outcomes');
    const outcomes = createOutcomes(folder);
    await outcomes.store(1, {
      items: 2,
      bytes: 20,
      ok: ['a.jpg', 'notes.json'],
      lines: [
        { status: 'failed', file: 'b.jpg', code: 'X', message: 'broken' },
        { status: 'warning', file: 'a.jpg', code: 'Y', message: 'odd' },
      ],
    });
    // A file that failed once and gave an item later counts as ok; storing a segment again changes nothing.
    await outcomes.store(2, { items: 1, bytes: 5, ok: ['b.jpg'], lines: [] });
    await outcomes.store(2, { items: 1, bytes: 5, ok: ['b.jpg'], lines: [] });
    const tree = {
      root: '/x',
      files: ['a.jpg', 'b.jpg', 'notes.json', 'readme.md', 'more.tar.gz'].map(file),
      refused: [{ status: 'failed' as const, file: 'link', code: 'L', message: 'a link' }],
    };
    const report = path.join(folder, 'report');
    const { counts } = await outcomes.summarize(tree, { reportFile: report, unusedMessage: 'not used' });
    expect(counts).toEqual({ files: 6, ok: 3, skipped: 2, failed: 1, items: 3, warnings: 1, bytes: 25 });
    expect(counts.files).toBe(counts.ok + counts.skipped + counts.failed);
    const lines = readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; hint?: string });
    expect(lines.map((line) => line.file).sort()).toEqual([
      'a.jpg',
      'b.jpg',
      'link',
      'more.tar.gz',
      'readme.md',
    ]);
    expect(lines.find((line) => line.file === 'more.tar.gz')?.hint).toContain('unpack it');
    expect(lines.find((line) => line.file === 'readme.md')?.hint).toBeUndefined();
  });

  it('gives the opened source back as it was', async () => {
    const at = path.join(tempFolder('tree'), 'tree.ndjson');
    const tree = {
      root: '/r',
      files: [{ path: 'a\nb 🐟.jpg', size: 5, mtimeNs: 123456789012345678n, inode: 7n }],
      refused: [],
    };
    await saveTree(at, tree);
    expect(await loadTree(at)).toEqual(tree);
    expect(await loadTree(`${at}.none`)).toBeUndefined();
  });
});

describe('files a plugin names', () => {
  it('lets through what was given or plainly written, and nothing else', () => {
    const root = tempFolder('files');
    const results = path.join(root, 'results');
    mkdirSync(path.join(results, 'sub'), { recursive: true });
    writeFileSync(path.join(results, 'sub', 'x.png'), 'x');
    writeFileSync(path.join(root, 'secret'), 's');
    symlinkSync(path.join(root, 'secret'), path.join(results, 'planted.png'));
    symlinkSync(root, path.join(results, 'dir'));
    const files = createPluginFiles({ dataRoot: '/src', known: new Set(['a.jpg']), results });
    expect(files.resolve('data/a.jpg')).toEqual({ path: '/src/a.jpg', source: 'a.jpg' });
    expect(files.resolve('results/sub/x.png')).toEqual({ path: path.join(results, 'sub', 'x.png') });
    for (const bad of [
      'data/b.jpg',
      'data/../secret',
      'results/../../secret',
      'results/planted.png',
      'results/dir/secret',
      'results/none',
      '/etc/passwd',
      'results/sub',
    ]) {
      expect(() => files.resolve(bad), bad).toThrow();
    }
  });

  it('reads good lines of a segment around broken ones, each named by its place', async () => {
    const folder = tempFolder('segments');
    const good = JSON.stringify({ kind: 'item', dataset: 'd', name: 'a.jpg', file: 'data/a.jpg' });
    writeFileSync(
      path.join(folder, '000001.ndjson'),
      `${good}\n{"kind":"item"\n{"kind":"item","dataset":1}\n\n${good}\n`,
    );
    const segment = await readSegment(folder, 1);
    expect(segment?.lines).toHaveLength(2);
    expect(segment?.broken.map((line) => line.place)).toEqual(['000001.ndjson:2', '000001.ndjson:3']);
    expect(await readSegment(folder, 2)).toBeUndefined();
    symlinkSync('/etc/passwd', path.join(folder, '000002.ndjson'));
    expect((await readSegment(folder, 2))?.lines).toEqual([]);
  });
});

describe('what a plugin prints', () => {
  it('understands progress of new and old images and stamps its own identity', () => {
    const line =
      '{"message":"progress","event_type":"EventType.PROGRESS","subtask":"Reading","current":3,"total":9,"task_id":666,"level":"INFO"}';
    expect(readPluginLine(line, 'stdout', false)).toMatchObject({
      progress: { phase: 'Reading', items: { done: 3, total: 9 } },
    });
    expect(readPluginLine(line, 'stdout', false).extra).not.toHaveProperty('task_id');
    expect(readPluginLine('plain {text', 'stderr', false)).toEqual({
      level: 'warn',
      message: 'plain {text',
      extra: {},
    });
    expect(
      readPluginLine(
        '{"message":"x","level":"fatal","code":"SLY_FORMAT_JSON","detail":"line 3"}',
        'stdout',
        false,
      ).failure,
    ).toEqual({ code: 'SLY_FORMAT_JSON', detail: 'line 3' });
  });

  it('tells the ends of a run apart', () => {
    const limits = {
      memoryBytes: 1 << 30,
      cpus: 1,
      pids: 1,
      tmpBytes: 1,
      fileBytes: 1,
      outputBytes: 1 << 20,
      wallMs: 5000,
      idleMs: 3000,
    };
    const end = (
      reason: 'exit' | 'oom' | 'wall' | 'idle' | 'output-limit' | 'lost' | 'start-failed' | 'killed',
      code: number | null,
    ) =>
      exitFailure({ reason, code, detail: 'd', startedAt: 0, endedAt: 1000 }, 'coco', limits, {
        said: undefined,
        lastWords: '',
      })?.code;
    expect(end('exit', 0)).toBeUndefined();
    expect([
      end('exit', 3),
      end('oom', 137),
      end('wall', 137),
      end('idle', 137),
      end('output-limit', 137),
      end('lost', null),
    ]).toEqual([
      'SLY_PLUGIN_EXIT',
      'SLY_PLUGIN_OOM',
      'SLY_PLUGIN_WALL',
      'SLY_PLUGIN_IDLE',
      'SLY_PLUGIN_OUTPUT_LIMIT',
      'SLY_PLUGIN_LOST',
    ]);
  });
});

describe('detection', () => {
  it('takes a clear winner, asks about a tie, explains an unknown', () => {
    const candidate = (plugin: string, confidence: number) => ({
      plugin,
      confidence,
      because: `${plugin} files`,
    });
    expect(
      chooseFormat({ candidates: [candidate('images', 0.3), candidate('coco', 0.9)], rejected: [] }).plugin,
    ).toBe('coco');
    expect(() =>
      chooseFormat({ candidates: [candidate('voc', 0.85), candidate('coco', 0.9)], rejected: [] }),
    ).toThrow(/--as coco or --as voc/);
    expect(() =>
      chooseFormat({ candidates: [], rejected: [{ plugin: 'coco', because: 'no json' }] }),
    ).toThrow(/coco: no json/);
  });
});

describe('options', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: { rle_as: { enum: ['polygon', 'bitmap'], default: 'polygon' }, n: { type: 'integer' } },
  };
  it('fills defaults and names what is wrong', () => {
    expect(completeOptions('coco', schema, {})).toEqual({ rle_as: 'polygon' });
    expect(() => completeOptions('coco', schema, { rle_sa: 'x' })).toThrow(/Did you mean rle_as/);
    expect(() => completeOptions('coco', schema, { rle_as: 'x', n: 1.5 })).toThrow(/\/rle_as.*\/n/);
  });
  it('takes a list as a person writes it on a command line', () => {
    const lists = { properties: { classes: { type: 'array', items: { type: 'string' }, default: [] } } };
    expect(completeOptions('coco', lists, { classes: ' car, dog ,' })).toEqual({ classes: ['car', 'dog'] });
    expect(completeOptions('coco', lists, { classes: ['a, b'] })).toEqual({ classes: ['a, b'] });
    expect(completeOptions('coco', lists, {})).toEqual({ classes: [] });
  });
});

describe('task log', () => {
  it('bounds itself and says how much it dropped; reads whole lines from any offset', () => {
    const at = path.join(tempFolder('log'), 'log.ndjson');
    const log = createTaskLog({ file: at, now: () => 0, maxBytes: 1000 });
    for (let i = 0; i < 50; i++) log.write('info', 'plugin', `line ${i}`, { run: 1 });
    log.flush();
    const text = readFileSync(at, 'utf8');
    expect(text.length).toBeLessThan(1300);
    expect(text).toMatch(/\d+ lines were dropped here/);
    const reader = openLogFile(at);
    let read = '';
    for (let offset = 0; offset < reader.size(); offset = Buffer.byteLength(read))
      read += reader.read(offset, 100);
    expect(read).toBe(text);
    expect(log.pluginLines(1)).toBe(text.split('\n').filter((line) => line.includes('"plugin"')).length);
  });
});

describe('tar stream', () => {
  it('is read by tar(1), verifies with sha256sum, and is the same every time', async () => {
    const folder = tempFolder('tar');
    const long = `${'d'.repeat(90)}/${'n'.repeat(150)}.txt`;
    writeFileSync(path.join(folder, 'one'), 'hello');
    writeFileSync(path.join(folder, 'two'), Buffer.alloc(1_500_000, 7));
    writeFileSync(path.join(folder, 'empty'), '');
    const entries = [
      { path: 'p/two 🐟.bin', file: path.join(folder, 'two') },
      { path: long, file: path.join(folder, 'one') },
      { path: 'p/empty', file: path.join(folder, 'empty') },
    ];
    const make = async (order: typeof entries) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of tarStream(order, new Date(1_700_000_000_000), new AbortController().signal))
        chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    const bytes = await make(entries);
    expect(bytes.equals(await make([...entries].reverse()))).toBe(true);
    expect(bytes.length % 512).toBe(0);
    const archive = path.join(folder, 'a.tar');
    writeFileSync(archive, bytes);
    const out = path.join(folder, 'out');
    mkdirSync(out);
    execFileSync('tar', ['-xf', archive, '-C', out]);
    expect(readFileSync(path.join(out, long), 'utf8')).toBe('hello');
    execFileSync('sha256sum', ['--strict', '-c', 'MANIFEST.sha256'], { cwd: out });
  });

  it.each(['/abs', 'a/../b', 'a//b', ''])('refuses the entry name %j', async (bad) => {
    const stream = tarStream(
      [{ path: bad, file: '/etc/hostname' }],
      new Date(0),
      new AbortController().signal,
    );
    await expect(stream.next()).rejects.toThrow(/inside an archive/);
  });
});
