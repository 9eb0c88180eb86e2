import { spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/temp-folder.ts';
import { bench, quiet, SCAN_MS, SETTLE_MS, until } from './intake-bench.ts';

describe('a source is taken when it has settled', () => {
  it('a growing file is not taken before it stops growing, and once', async () => {
    const b = await bench();
    const file = b.put('set/movie.bin', 'start');
    for (let i = 0; i < 12; i++) {
      await delay(SETTLE_MS / 3);
      appendFileSync(file, 'more');
      expect(b.submitted).toEqual([]);
    }
    const [task] = await until('the task', () => b.submitted.length > 0 && b.submitted);
    expect(task).toMatchObject({
      title: 'Import set',
      spec: {
        action: 'import',
        source: { kind: 'upload', path: 'set' },
        projectName: 'set',
        conflict: 'rename',
        options: {},
      },
    });
    expect(task?.spec).not.toHaveProperty('plugin');
    await quiet();
    expect(b.submitted).toHaveLength(1);
  });

  it('several kinds at once: folders, an archive, a loose file', async () => {
    const b = await bench();
    b.put('one/a.jpg');
    b.put('two/b.jpg');
    b.put('three.tar.gz');
    b.put('four.jpg');
    await until('four tasks', () => b.submitted.length === 4);
    const names = b.submitted.map(({ spec }) => spec.action === 'import' && spec.projectName).sort();
    expect(names).toEqual(['four', 'one', 'three', 'two']);
  });

  it('a folder renamed into place with old times is taken after one settle time', async () => {
    const b = await bench({ scanMs: 60_000 });
    await until('the first scan', () => b.intake.status().lastScanAt !== null);
    const aside = path.join(tempFolder('aside'), 'set');
    mkdirSync(aside);
    writeFileSync(path.join(aside, 'a.jpg'), 'x');
    utimesSync(path.join(aside, 'a.jpg'), 1e9, 1e9);
    renameSync(aside, path.join(b.upload, 'set'));
    // No scan is due for a minute: an event must have brought it.
    await until('the task', () => b.submitted.length === 1, 3000);
  });

  it('without any event everything is imported by the scan', async () => {
    const b = await bench({ watch: false });
    expect(b.intake.status()).toMatchObject({ state: 'scanning-only' });
    await until('the first scan', () => b.intake.status().lastScanAt !== null);
    for (let i = 0; i < 20; i++) b.put(`set-${i}/a.jpg`, `${i}`);
    const started = Date.now();
    await until('twenty tasks', () => b.submitted.length === 20);
    expect(Date.now() - started).toBeLessThan(40 * (SCAN_MS + SETTLE_MS));
  });

  it('a temporary name anywhere holds its source back, and the status file says which', async () => {
    const temps = [
      'photo.jpg.part',
      'deep/er/x.crdownload',
      'a.tmp',
      'b.filepart',
      'c~',
      '.d.swp',
      '.e.jpg.Ab3xYz',
      '.dot',
    ];
    const b = await bench();
    for (const [i, temp] of temps.entries()) {
      b.put(`set-${i}/good.jpg`);
      b.put(`set-${i}/${temp}`);
    }
    b.put('loose.jpg.part');
    await quiet();
    expect(b.submitted).toEqual([]);
    for (const [i, temp] of temps.entries()) {
      const name = `set-${i}`;
      await until(`words about ${temp}`, () => b.status(name));
      expect(b.status(name), temp).toMatchObject({ state: 'settling', seconds: SETTLE_MS / 1000, files: 1 });
      expect(b.status(name)?.detail).toContain(path.basename(temp));
      renameSync(path.join(b.upload, name, temp), path.join(b.upload, name, 'done.jpg'));
    }
    await until('words about the loose one', () => b.status('loose.jpg.part')?.state === 'settling');
    renameSync(path.join(b.upload, 'loose.jpg.part'), path.join(b.upload, 'loose.jpg'));
    await until('the tasks', () => b.submitted.length === temps.length + 1);
    await until('no word about the old name', () => b.status('loose.jpg.part') === undefined);
  });

  it('junk of a desktop does not hold back, nor make a source', async () => {
    const b = await bench();
    b.put('set/good.jpg');
    b.put('set/.DS_Store');
    b.put('set/__MACOSX/._x');
    b.put('.DS_Store');
    b.put('Thumbs.db');
    await until('the task', () => b.submitted.length === 1);
    b.put('set/.DS_Store', 'changed by the Finder');
    await quiet();
    expect(b.submitted).toHaveLength(1);
  });

  it('a marker in it, deep in it or beside it holds back until it is gone', async () => {
    const b = await bench();
    const markers = ['in/.uploading', 'deep/er/.uploading', 'beside.uploading'];
    for (const marker of markers) b.put(marker, '');
    for (const name of ['in', 'deep', 'beside']) b.put(`${name}/good.jpg`);
    await quiet();
    expect(b.submitted).toEqual([]);
    for (const name of ['in', 'deep', 'beside'])
      await until('words', () => String(b.status(name)?.detail).includes('.uploading'));
    for (const marker of markers) rmSync(path.join(b.upload, marker));
    const all = b.put('.uploading', '');
    await quiet();
    expect(b.submitted).toEqual([]);
    rmSync(all);
    await until('the tasks', () => b.submitted.length === 3);
  });

  it('a writer in a long pause is seen', async () => {
    const b = await bench();
    const file = b.put('set/slow.bin', 'begun');
    const writer = spawn('sh', ['-c', `exec 9>>"$1"; exec sleep 30`, 'sh', file], { stdio: 'ignore' });
    try {
      await until('words about the writer', () =>
        String(b.status('set')?.detail).includes('open for writing'),
      );
      await quiet();
      expect(b.submitted).toEqual([]);
    } finally {
      writer.kill('SIGKILL');
    }
    await until('the task', () => b.submitted.length === 1);
  });

  it('an open reader does not hold back; an empty folder is no task until it has a file', async () => {
    const b = await bench();
    const fd = openSync(b.put('set/read.bin'), 'r');
    await until('the task', () => b.submitted.length === 1);
    closeSync(fd);
    mkdirSync(path.join(b.upload, 'empty'));
    await quiet();
    expect(b.submitted).toHaveLength(1);
    await until('words', () => b.status('empty')?.detail === 'there is no file in it yet');
    b.put('empty/now.jpg');
    await until('its task', () => b.tasksOf('empty').length === 1);
  });
});
