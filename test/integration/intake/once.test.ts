import { cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/lib/hash.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Bench, bench, quiet, until } from './intake-bench.ts';

async function imported(b: Bench, name: string): Promise<void> {
  const task = await until(`the task of ${name}`, () =>
    b.tasksOf(name).find((one) => b.inventory.byKey(one.key)?.outcome === null),
  );
  b.finish(task);
  await until('its content to be known', () => b.inventory.get(name)?.contentKnown);
}

describe('a source is imported once per content', () => {
  it('touched: no; copied over with the same content: no; changed: as version 2; and 3', async () => {
    const b = await bench();
    const file = b.put('set/a.jpg', 'content');
    b.put('set/b.jpg', 'other');
    await imported(b, 'set');
    utimesSync(file, 1e9, 1e9);
    await quiet();
    rmSync(file);
    writeFileSync(file, 'content');
    await quiet();
    expect(b.submitted).toHaveLength(1);
    await until('its status', () => b.status('set')?.state === 'succeeded');
    expect(b.status('set')).toMatchObject({ version: 1 });
    b.put('set/a.jpg', 'CONTENT');
    await imported(b, 'set');
    expect(b.submitted.map((task) => task.title)).toEqual(['Import set', 'Import set (version 2)']);
    rmSync(path.join(b.upload, 'set/b.jpg'));
    await until('version 3', () => b.submitted.length === 3);
    await quiet();
    expect(b.submitted).toHaveLength(3);
  });

  it('an added file is a change; so is a touched archive with other bytes, and one without is not', async () => {
    const b = await bench();
    b.put('set/a.jpg');
    const archive = b.put('data.zip', 'archive bytes');
    await imported(b, 'set');
    await imported(b, 'data.zip');
    utimesSync(archive, 1e9, 1e9);
    b.put('set/new.jpg');
    await until('version 2 of the folder', () => b.tasksOf('set').length === 2);
    await quiet();
    expect(b.tasksOf('data.zip')).toHaveLength(1);
    b.put('data.zip', 'archive BYTES');
    await until('version 2 of the archive', () => b.tasksOf('data.zip').length === 2);
  });

  it('hashes the transfer found out are used: a file it did not hash is read, one it did is not', async () => {
    const b = await bench();
    b.put('set/a.jpg', 'content');
    const task = await until('the task', () => b.tasksOf('set')[0]);
    const { lookAtFile } = await import('../../../src/agent/intake/walk-folder.ts');
    const look = lookAtFile(path.join(b.upload, 'set/a.jpg'))!;
    // Not the true hash: if it is found again, nobody read the file.
    const told = sha256Of(Buffer.from('told by the transfer'));
    b.intake.onHashed(task, [
      { path: 'a.jpg', size: look.size, mtimeNs: look.mtimeNs, inode: look.inode, sha256: told },
    ]);
    b.finish(task);
    await until('the content to be known', () => b.inventory.get('set')?.contentKnown);
    expect(b.inventory.hashOf('set', 'a.jpg')?.sha256).toBe(told);
  });

  it('changed while its task runs: looked at again when the task has ended', async () => {
    const b = await bench();
    b.put('set/a.jpg', 'content');
    const task = await until('the task', () => b.tasksOf('set')[0]);
    b.put('set/a.jpg', 'changed meanwhile');
    await quiet();
    expect(b.submitted).toHaveLength(1);
    b.finish(task);
    await until('version 2', () => b.submitted.length === 2);
  });

  it('a failed source waits for a change; a change brings it again', async () => {
    const b = await bench();
    b.put('set/a.jpg', 'content');
    b.finish(await until('the task', () => b.tasksOf('set')[0]), 'failed');
    await quiet();
    expect(b.submitted).toHaveLength(1);
    expect(b.status('set')).toMatchObject({ state: 'failed', code: 'SLY_FORMAT_UNKNOWN', hint: 'Read on.' });
    b.put('set/annotations.json', '{}');
    await until('the second task', () => b.submitted.length === 2);
  });

  it('removed and dropped again: it is new', async () => {
    const b = await bench();
    b.put('set/a.jpg', 'content');
    await imported(b, 'set');
    rmSync(path.join(b.upload, 'set'), { recursive: true });
    await until('the row to end', () => b.inventory.get('set') === undefined);
    await until(
      'its status file to go',
      () => b.status('set') === undefined && b.report('set') === undefined,
    );
    b.put('set/a.jpg', 'content');
    const again = await until('a new task', () => b.tasksOf('set')[1]);
    expect(again.title).toBe('Import set');
  });
});

describe('over restarts and crashes', () => {
  it('a restart imports nothing again, and takes what came meanwhile', async () => {
    const root = tempFolder('restart');
    const first = await bench({ root });
    first.put('done/a.jpg');
    first.put('failed/a.jpg');
    first.put('running/a.jpg');
    first.put('touched/a.jpg');
    await until('four tasks', () => first.submitted.length === 4);
    first.finish(first.tasksOf('failed')[0]!, 'failed');
    await imported(first, 'done');
    await imported(first, 'touched');
    await first.stop();
    utimesSync(path.join(first.upload, 'touched/a.jpg'), 1e9, 1e9);
    mkdirSync(path.join(first.upload, 'late'));
    writeFileSync(path.join(first.upload, 'late/a.jpg'), 'late');
    const second = await bench({ root });
    await until('the late one', () => second.tasksOf('late').length === 1);
    await quiet();
    expect(second.submitted).toHaveLength(1);
    await until('status of the done one', () => second.status('done')?.link === '/projects/12');
    await until('status of the running one', () => second.status('running')?.state === 'queued');
  });

  it('a crash between inventory and submit leads to the same task, once', async () => {
    const root = tempFolder('crash');
    const first = await bench({
      root,
      submit: () => {
        throw new Error('the process dies here');
      },
    });
    first.put('set/a.jpg');
    const row = await until('the row', () => first.inventory.get('set'));
    await first.stop();
    expect(row.submitted).toBe(false);
    const second = await bench({ root });
    await until('the task', () => second.submitted.length > 0);
    await quiet();
    expect(second.submitted.map((task) => task.key)).toEqual([row.key]);
  });

  it('a crash after the submit, and after the task ended unseen', async () => {
    const root = tempFolder('crash');
    const first = await bench({ root });
    first.put('set/a.jpg');
    const task = await until('the task', () => first.submitted[0]);
    first.db.prepare('UPDATE intake_sources SET submitted = 0').run();
    await first.stop();
    const second = await bench({ root, start: false });
    for (const state of ['fetching', 'failed'] as const) {
      const details = { failure: { code: 'X', title: 't', detail: 'unseen', retryable: false } };
      second.journal.move({ key: task.key, attempt: 1 }, state === 'failed' ? { state, details } : { state });
    }
    await second.intake.start();
    await until('its status', () => second.status('set')?.state === 'failed');
    await quiet();
    expect(second.submitted).toEqual([]);
    expect(second.inventory.get('set')).toMatchObject({ outcome: 'failed', key: task.key });
  });

  it('a journal that cannot take the task now is tried again', async () => {
    let refusals = 3;
    const b = await bench();
    const real = b.journal.createLocal;
    b.journal.createLocal = (task) => {
      if (refusals-- > 0) throw new Error('disk full');
      return real(task);
    };
    b.put('set/a.jpg');
    await until('the task', () => b.submitted.length === 1);
    await quiet();
    expect(b.submitted).toHaveLength(1);
    expect(b.inventory.all()).toHaveLength(1);
  });

  it('an upload folder that is suddenly bare is not taken for deleted', async () => {
    const root = tempFolder('mount');
    const b = await bench({ root });
    b.put('set/a.jpg', 'content');
    await imported(b, 'set');
    const aside = path.join(root, 'unmounted');
    renameSync(b.upload, aside);
    await until('the state', () => b.intake.status().state === 'unreadable');
    mkdirSync(b.upload);
    await until('the words', () => b.intake.status().detail?.includes('mount'));
    await quiet();
    expect(b.inventory.get('set')).toBeDefined();
    rmSync(b.upload, { recursive: true });
    renameSync(aside, b.upload);
    await until('watching again', () => b.intake.status().detail === null);
    await quiet();
    expect(b.submitted).toHaveLength(1);
    cpSync(path.join(b.upload, 'set'), path.join(b.upload, 'new'), { recursive: true });
    await until('events or scans to work again', () => b.tasksOf('new').length === 1);
  });
});
