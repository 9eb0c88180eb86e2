import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Bench, bench, quiet, until } from './intake-bench.ts';

describe('status and report files', () => {
  it('tell every state with its reasons, and are not written without need', async () => {
    const b = await bench();
    b.put('set/a.jpg');
    const task = await until('the task', () => b.submitted[0]);
    await until('queued', () => b.status('set')?.state === 'queued');
    expect(b.status('set')).toMatchObject({ source: 'set', task: task.key, version: 1 });
    b.finish(task, 'succeeded', [
      {
        status: 'failed',
        file: 'x\ny.jpg',
        place: 'line 3',
        code: 'SLY_IMAGE_UNREADABLE',
        message: 'cut off',
        hint: 'Copy it again.',
      },
      { status: 'skipped', file: 'readme.md', code: 'SLY_FILE_UNUSED', message: 'no use for it' },
    ]);
    await until('the report', () => b.status('set')?.report);
    expect(b.status('set')).toMatchObject({
      state: 'succeeded',
      plugin: 'coco',
      project: 'p',
      projectId: 12,
      link: '/projects/12',
      counts: { files: 3, ok: 1, skipped: 1, failed: 1 },
      report: 'set.report.txt',
    });
    const report = b.report('set') ?? '';
    expect(report).toContain('Files:   3 in = 1 ok + 1 skipped + 1 failed');
    expect(report).toContain('Format:  coco, because it looks so');
    expect(report).toContain(
      'failed   x\\u000ay.jpg (line 3)\n         SLY_IMAGE_UNREADABLE: cut off\n         Hint: Copy it again.',
    );
    expect(report).toContain('skipped  readme.md\n         SLY_FILE_UNUSED: no use for it');
    const file = path.join(b.upload, '.sly/set.status.json');
    const before = statSync(file).ino;
    b.intake.onState({ key: task.key, attempt: 1, state: 'succeeded' });
    await quiet();
    expect(statSync(file).ino).toBe(before);
    expect(readdirSync(path.join(b.upload, '.sly')).sort()).toEqual([
      'id',
      'set.report.txt',
      'set.status.json',
    ]);
  });

  it('have safe, different names for hostile ones', async () => {
    const b = await bench();
    const names = [
      'new\nline',
      'emoji 🐟',
      `${'ä'.repeat(126)}1`,
      `${'ä'.repeat(126)}2`,
      'a%2Fb',
      'q?*:"<>|',
      '-rf',
      '\u202Eflip',
    ];
    for (const name of names) b.put(`${name}/a.jpg`);
    await until('all tasks', () => b.submitted.length === names.length);
    await until('all statuses', () => names.every((name) => b.status(name)?.state === 'queued'));
    for (const name of names) expect(b.status(name)?.source).toBe(name);
    const files = readdirSync(path.join(b.upload, '.sly')).filter((name) => name.endsWith('.status.json'));
    expect(files).toHaveLength(names.length);
    for (const file of files) {
      expect(Buffer.byteLength(file)).toBeLessThan(256);
      expect(file).not.toMatch(/[\n\u202e?*:"<>|]/);
    }
    expect(b.submitted.map((task) => task.title)).toContain('Import new\\u000aline');
    for (const task of b.submitted) b.finish(task);
    await until('all reports', () => names.every((name) => b.report(name) !== undefined));
  });

  it('name what is not a source and why: links, pipes, names that are no text', async () => {
    const b = await bench();
    const outside = tempFolder('outside');
    writeFileSync(path.join(outside, 'secret.jpg'), 'secret');
    symlinkSync(outside, path.join(b.upload, 'link'));
    symlinkSync('/etc/passwd', path.join(b.upload, 'link.zip'));
    execFileSync('mkfifo', [path.join(b.upload, 'pipe')]);
    const bad = Buffer.concat([Buffer.from(`${b.upload}/bad-`), Buffer.from([0xff, 0xfe])]);
    mkdirSync(bad);
    writeFileSync(Buffer.concat([bad, Buffer.from('/a.jpg')]), 'x');
    b.put('sly-task.yaml', 'plugin: coco');
    const names = ['link', 'link.zip', 'pipe', 'bad-%FF%FE', 'sly-task.yaml'];
    await until('all words', () => names.every((name) => b.status(name)?.state === 'ignored'));
    expect(b.status('link')?.detail).toContain('symbolic link');
    expect(b.status('pipe')?.detail).toContain('named pipe');
    expect(b.status('bad-%FF%FE')?.detail).toContain('UTF-8');
    await quiet();
    expect(b.submitted).toEqual([]);
    rmSync(path.join(b.upload, 'link'));
    await until('the word about the link to go', () => b.status('link') === undefined);
  });

  it('a folder that cannot be written, or a planted link, does not stop imports', async () => {
    const root = tempFolder('planted');
    const victim = tempFolder('victim');
    mkdirSync(path.join(root, 'upload'));
    symlinkSync(victim, path.join(root, 'upload/.sly'));
    const b = await bench({ root });
    b.put('set/a.jpg');
    b.finish(await until('the task', () => b.submitted[0]));
    await quiet();
    expect(readdirSync(victim)).toEqual([]);
    expect(b.inventory.get('set')).toMatchObject({ outcome: 'succeeded' });
    expect(b.submitted).toHaveLength(1);
  });

  it('leftovers of sources removed while the agent was away are swept', async () => {
    const root = tempFolder('sweep');
    const first = await bench({ root });
    first.put('set/a.jpg.part');
    await until('its status', () => first.status('set'));
    await first.stop();
    rmSync(path.join(first.upload, 'set'), { recursive: true });
    const second = await bench({ root });
    await until('the leftover to go', () => second.status('set') === undefined);
  });
});

describe('what to do with a source', () => {
  it('a task file beside or inside wins over rules, rules over nothing', async () => {
    const routes = [
      { match: 'coco-*', plugin: 'coco', project: 'From rule', options: { a: 1 } },
      { match: 'sub/**', plugin: 'voc' },
    ];
    const b = await bench({ routes });
    b.put(
      'beside.zip.sly-task.yaml',
      'plugin: yolo\noptions: {x: 1}\nproject: Mine\nconflict: skip\npriority: 5\n',
    );
    b.put('beside.zip');
    b.put('inside/sly-task.yaml', 'project: Inside');
    b.put('inside/a.jpg');
    b.put('coco-1/a.jpg');
    b.put('sub/a.jpg');
    b.put('plain/a.jpg');
    await until('all tasks', () => b.submitted.length === 5);
    expect(b.tasksOf('beside.zip')[0]).toMatchObject({
      priority: 5,
      spec: { plugin: 'yolo', options: { x: 1 }, projectName: 'Mine', conflict: 'skip' },
    });
    expect(b.tasksOf('inside')[0]?.spec).toMatchObject({ projectName: 'Inside', options: {} });
    expect(b.tasksOf('coco-1')[0]?.spec).toMatchObject({
      plugin: 'coco',
      projectName: 'From rule',
      options: { a: 1 },
    });
    expect(b.tasksOf('sub')[0]?.spec).toMatchObject({ plugin: 'voc' });
    expect(b.tasksOf('plain')[0]?.spec).not.toHaveProperty('plugin');
    expect(b.status('beside.zip.sly-task.yaml')).toBeUndefined();
  });

  it.each([
    ['plugn: coco', /"plugn".*Did you mean plugin\?/],
    ['priority: high', /priority/],
    ['conflict: maybe', /conflict/],
    ['- a\n- b', /a list/],
    ['plugin: [unclosed', /expected YAML/],
    ['after: shred', /after/],
  ])('%j is refused with words, the source stays, and a repaired file is taken', async (text, words) => {
    const b = await bench();
    b.put('set/sly-task.yaml', text);
    b.put('set/a.jpg');
    await until('the refusal', () => b.status('set')?.state === 'failed');
    expect(b.status('set')).toMatchObject({ code: 'SLY_TASK_FILE' });
    expect(`${b.status('set')?.detail} ${b.status('set')?.hint}`).toMatch(words);
    expect(b.submitted).toEqual([]);
    expect(existsSync(path.join(b.upload, 'set/a.jpg'))).toBe(true);
    b.put('set/sly-task.yaml', 'plugin: coco');
    await until('the task', () => b.submitted.length === 1);
  });

  it('a changed task file imports again, a removed one does not', async () => {
    const b = await bench();
    b.put('set.sly-task.yaml', 'plugin: coco');
    b.put('set/a.jpg');
    b.finish(await until('the task', () => b.submitted[0]));
    rmSync(path.join(b.upload, 'set.sly-task.yaml'));
    await quiet();
    expect(b.submitted).toHaveLength(1);
    b.put('set.sly-task.yaml', 'plugin: voc');
    await until('version 2', () => b.submitted.length === 2);
  });
});

describe('after the import', () => {
  async function run(b: Bench, after: string, lines: Parameters<Bench['finish']>[2] = []): Promise<void> {
    b.put('set/sly-task.yaml', `after: ${after}`);
    b.put('set/a.jpg', 'content');
    const task = await until('the task', () => b.tasksOf('set').at(-1));
    b.finish(task, 'succeeded', [
      { status: 'skipped', file: 'sly-task.yaml', code: 'SLY_FILE_TASK', message: 'not part of it' },
      ...lines,
    ]);
    await until('the report', () => b.status('set')?.report);
  }
  const source = (b: Bench): boolean => existsSync(path.join(b.upload, 'set'));

  it('keep: nothing happens', async () => {
    const b = await bench();
    await run(b, 'keep');
    await quiet();
    expect(source(b)).toBe(true);
  });

  it('move: it stands in .sly/done, the status says where, and nothing is imported again', async () => {
    const root = tempFolder('move');
    const b = await bench({ root });
    await run(b, 'move');
    await until('it to leave', () => !source(b));
    expect(readFileSync(path.join(b.upload, '.sly/done/set/a.jpg'), 'utf8')).toBe('content');
    await quiet();
    expect(b.status('set')).toMatchObject({ state: 'succeeded' });
    expect(b.status('set')?.detail).toContain('.sly/done/set');
    await b.stop();
    const again = await bench({ root });
    await quiet();
    expect(again.status('set')?.detail).toContain('.sly/done/set');
    await run(again, 'move');
    await until('the second of its name', () => existsSync(path.join(b.upload, '.sly/done/set.2/a.jpg')));
    expect(again.submitted.map((task) => task.title)).toEqual(['Import set']);
  });

  it('delete: only when every file was imported', async () => {
    const b = await bench();
    await run(b, 'delete', [{ status: 'failed', file: 'b.jpg', code: 'X', message: 'broken' }]);
    await until('words', () => String(b.status('set')?.detail).includes('Not deleted: b.jpg'));
    expect(source(b)).toBe(true);
    await quiet();
    b.put('set/a.jpg', 'new content');
    const second = await until('version 2', () => b.tasksOf('set')[1]);
    b.finish(second);
    await until('it to go', () => !source(b));
    await until('nothing to be left', () => readdirSync(path.join(b.upload, '.sly/leaving')).length === 0);
    expect(readdirSync(path.join(b.upload, '.sly'))).not.toContain('done');
    await quiet();
    expect(b.status('set')?.detail).toContain('was deleted');
    expect(b.submitted).toHaveLength(2);
  });

  it('changed since: it stays, and is imported as a new version', async () => {
    const b = await bench();
    b.put('set/sly-task.yaml', 'after: delete');
    b.put('set/a.jpg', 'content');
    const task = await until('the task', () => b.tasksOf('set')[0]);
    b.put('set/new.jpg', 'added while the task ran');
    b.finish(task);
    await until('version 2', () => b.tasksOf('set').length === 2);
    expect(existsSync(path.join(b.upload, 'set/new.jpg'))).toBe(true);
  });

  it('a scan at the very moment it is aside forgets nothing', async () => {
    const b = await bench({ watch: false, scanMs: 20 });
    b.put('set/sly-task.yaml', 'after: move');
    for (let i = 0; i < 3000; i++) b.put(`set/${i}.jpg`, 'x');
    b.finish(await until('the task', () => b.submitted[0]));
    await until('it to be moved', () => b.inventory.get('set')?.left === 'moved');
    await quiet();
    expect(b.status('set')).toMatchObject({ state: 'succeeded' });
    expect(b.submitted).toHaveLength(1);
  });

  it('what a crash left half gone is put back', async () => {
    const root = tempFolder('leaving');
    const b = await bench({ root });
    b.put('set/a.jpg', 'content');
    const task = await until('the task', () => b.submitted[0]);
    await b.stop();
    const aside = path.join(b.upload, '.sly/leaving');
    mkdirSync(aside, { recursive: true });
    execFileSync('mv', [path.join(b.upload, 'set'), path.join(aside, task.key)]);
    const again = await bench({ root });
    expect(source(again)).toBe(true);
    await quiet();
    expect(again.submitted).toEqual([]);
  });
});

describe('trouble', () => {
  it.each(['ENOSPC', 'EMFILE'])(
    'no more inotify (%s): it scans, says what to raise, and imports',
    async (code) => {
      let closed = 0;
      const b = await bench({
        watch: (_folder, { onError }) => {
          setImmediate(() => onError(Object.assign(new Error('no more'), { code })));
          return { close: async () => void closed++ };
        },
      });
      await until('the state', () => b.intake.status().state === 'scanning-only');
      expect(b.intake.status().detail).toMatch(/sysctl -w fs\.inotify\.max_user_(watches|instances)=/);
      expect(closed).toBe(1);
      b.put('set/a.jpg');
      await until('the task', () => b.submitted.length === 1);
    },
  );

  it('a watch that throws or has another error does not end it', async () => {
    const b = await bench({
      watch: () => {
        throw new Error('no watch today');
      },
    });
    b.put('set/a.jpg');
    await until('the task', () => b.submitted.length === 1);
    expect(b.intake.status().state).toBe('scanning-only');
  });

  it.skipIf(process.getuid?.() === 0)('an unreadable source says so and holds up nobody', async () => {
    const b = await bench();
    b.put('closed/a.jpg');
    chmodSync(path.join(b.upload, 'closed'), 0);
    b.put('open/a.jpg');
    await until('the task', () => b.tasksOf('open').length === 1);
    await until('words', () => b.status('closed')?.state === 'failed');
    chmodSync(path.join(b.upload, 'closed'), 0o755);
    await until('its task', () => b.tasksOf('closed').length === 1);
  });

  it('start and stop may be called twice; after the stop nothing is taken', async () => {
    const b = await bench();
    await Promise.all([b.intake.start(), b.intake.start()]);
    await Promise.all([b.intake.stop(), b.intake.stop()]);
    expect(b.intake.status().state).toBe('stopped');
    b.put('late/a.jpg');
    await delay(1000);
    expect(b.submitted).toEqual([]);
  });

  it('20 000 files: taken once, the loop keeps turning, memory stays flat', async () => {
    // In memory where there is such a folder: making and removing so many files says more about a disk than about us.
    const root = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/sly-many-') : tempFolder('many');
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const b = await bench({ root, scanMs: 500 });
    for (let f = 0; f < 20; f++) {
      mkdirSync(path.join(b.upload, `set/${f}`), { recursive: true });
      for (let i = 0; i < 1000; i++) writeFileSync(path.join(b.upload, `set/${f}/${i}.txt`), `${f} ${i}`);
    }
    let longest = 0;
    let last = performance.now();
    const pulse = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const before = process.memoryUsage.rss();
    try {
      b.finish(await until('the task', () => b.submitted[0], 30_000));
      await until('its content to be known', () => b.inventory.get('set')?.contentKnown, 30_000);
      expect(b.inventory.hashCount('set')).toBe(20_000);
      await quiet();
    } finally {
      clearInterval(pulse);
    }
    expect(b.submitted).toHaveLength(1);
    expect(longest).toBeLessThan(500);
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 << 20);
  });
});

describe('browsing', () => {
  it('lists folders without hidden ones and links, and refuses to leave', async () => {
    const b = await bench({ start: false });
    b.put('set/img/a.jpg', 'four');
    b.put('set/.hidden', 'x');
    symlinkSync('/etc', path.join(b.upload, 'set/etc'));
    expect(await b.intake.list('')).toMatchObject({
      entries: [{ name: 'set', kind: 'folder', size: 0 }],
      more: false,
    });
    expect((await b.intake.list('set')).entries.map((one) => one.name)).toEqual(['img']);
    const [file] = (await b.intake.list('set/img')).entries;
    expect(file).toMatchObject({ name: 'a.jpg', kind: 'file', size: 4 });
    expect(file?.modifiedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    for (const bad of ['..', '../', '/etc', 'set/../..', 'set/etc', 'a\0b'])
      await expect(b.intake.list(bad), bad).rejects.toMatchObject({
        code: expect.stringMatching(/PATH_ESCAPES|NOT_FOUND/),
      });
    await expect(b.intake.list('set/etc/ssl')).rejects.toMatchObject({ code: 'SLY_PATH_ESCAPES' });
    await expect(b.intake.list('gone')).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
    await expect(b.intake.list('.sly')).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
  });
});
