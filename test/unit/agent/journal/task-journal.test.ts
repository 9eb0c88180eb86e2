import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from '../../../../src/agent/journal/folder-lock.ts';
import { createHashCache } from '../../../../src/agent/journal/hash-cache.ts';
import { openJournal } from '../../../../src/agent/journal/open-journal.ts';
import { createOutbox } from '../../../../src/agent/journal/outbox.ts';
import { createTaskJournal } from '../../../../src/agent/journal/task-journal.ts';
import { TASK_MIGRATIONS } from '../../../../src/agent/journal/task-migrations.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import type { Task } from '../../../../src/protocol/task.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const task = (key: string, priority = 0): Task => ({
  key,
  title: key,
  priority,
  createdAt: '2026-01-01T00:00:00.000Z',
  spec: {
    action: 'import',
    source: { kind: 'upload', path: key },
    options: {},
    projectName: key,
    conflict: 'rename',
  },
});

function open(file: string) {
  const db = openJournal(file, TASK_MIGRATIONS);
  const outbox = createOutbox(db);
  return { db, outbox, journal: createTaskJournal({ db, outbox, clock: systemClock }) };
}

describe('task journal', () => {
  it('moves, records history and puts the event out in one step, and survives a reopen', () => {
    const file = path.join(tempFolder('journal'), 'journal.sqlite');
    const first = open(file);
    first.journal.createLocal(task('a'));
    first.journal.createLocal(task('a'));
    first.journal.move({ key: 'a', attempt: 1 }, { state: 'fetching' });
    first.journal.note(
      { key: 'a', attempt: 1 },
      { run: 2, plugin: 'coco', options: { x: 1 }, segmentsPublished: 7 },
    );
    first.db.close();
    const second = open(file);
    expect(second.journal.get('a')).toMatchObject({
      state: 'fetching',
      run: 2,
      plugin: 'coco',
      options: { x: 1 },
      segmentsPublished: 7,
    });
    expect(second.outbox.after(0, 10).map(({ seq, event }) => [seq, event.type])).toEqual([
      [1, 'task.created'],
      [2, 'task.state'],
    ]);
    expect(second.journal.history('a').map((entry) => entry.state)).toEqual(['leased', 'fetching']);
    second.db.close();
  });

  it('refuses moves that the table does not allow, leaving everything as it was', () => {
    const { db, outbox, journal } = open(path.join(tempFolder('journal'), 'j.sqlite'));
    journal.createLocal(task('a'));
    expect(() => journal.move({ key: 'a', attempt: 1 }, { state: 'succeeded' })).toThrow(
      /leased -> succeeded/,
    );
    expect(() => journal.move({ key: 'a', attempt: 2 }, { state: 'fetching' })).toThrow(/attempt 2/);
    expect([journal.get('a')?.state, outbox.size()]).toEqual(['leased', 1]);
    db.close();
  });

  it('never uses an event number twice, also after all were acknowledged and a reopen', () => {
    const file = path.join(tempFolder('journal'), 'j.sqlite');
    const first = open(file);
    first.journal.createLocal(task('a'));
    first.outbox.acknowledge(1);
    const id = first.outbox.journalId;
    first.db.close();
    const second = open(file);
    second.journal.createLocal(task('b'));
    expect(second.outbox.after(0, 10).map(({ seq }) => seq)).toEqual([2]);
    expect([second.outbox.lastSeq(), second.outbox.journalId]).toEqual([2, id]);
    second.db.close();
  });

  it('gives open attempts urgent first, then by age, and forgets an abandoned one without a word', () => {
    const { db, outbox, journal } = open(path.join(tempFolder('journal'), 'j.sqlite'));
    journal.createLocal(task('slow'));
    journal.createOffered(task('urgent', 9), 3);
    journal.createLocal(task('done'));
    journal.move({ key: 'done', attempt: 1 }, { state: 'failed' });
    expect(journal.active().map((record) => record.key)).toEqual(['urgent', 'slow']);
    const before = outbox.size();
    journal.abandon({ key: 'urgent', attempt: 3 });
    expect(journal.active().map((record) => record.key)).toEqual(['slow']);
    expect(outbox.size()).toBe(before);
    db.close();
  });

  it('gives for removal what has ended, and an attempt that another one followed, but no waiting task', () => {
    const { db, journal } = open(path.join(tempFolder('journal'), 'j.sqlite'));
    const refOf = (key: string, attempt = 1) => ({ key, attempt });
    for (const key of ['ended', 'waits', 'followed', 'runs']) journal.createOffered(task(key), 1);
    journal.move(refOf('ended'), { state: 'failed' });
    journal.move(refOf('waits'), { state: 'queued' });
    journal.move(refOf('followed'), { state: 'queued' });
    journal.createOffered(task('followed'), 2);
    const old = () => journal.endedBefore(systemClock.now() + 1000);
    expect(old()).toEqual([refOf('ended'), refOf('followed')]);
    expect(journal.endedBefore(0)).toEqual([]);
    for (const ref of old()) journal.forget(ref);
    expect(old()).toEqual([]);
    expect([journal.get('waits')?.state, journal.get('followed')?.attempt]).toEqual(['queued', 2]);
    db.close();
  });

  it('refuses a journal of a newer program and a file of another one', () => {
    const file = path.join(tempFolder('journal'), 'j.sqlite');
    openJournal(file, [
      ...TASK_MIGRATIONS,
      { name: '9999-future', sql: 'CREATE TABLE future (x INTEGER) STRICT' },
    ]).close();
    expect(() => openJournal(file, TASK_MIGRATIONS)).toThrow(/9999-future/);
  });

  it('answers a cached hash only for the very same file', () => {
    const { db } = open(path.join(tempFolder('journal'), 'j.sqlite'));
    const hashes = createHashCache(db, systemClock);
    const identity = {
      path: '/a',
      size: 3,
      mtimeNs: 1_700_000_000_123_456_789n,
      inode: 18_446_744_073_709_551_615n,
    };
    hashes.put(identity, 'f'.repeat(64));
    expect(hashes.get(identity)).toBe('f'.repeat(64));
    expect(hashes.get({ ...identity, mtimeNs: identity.mtimeNs + 1n })).toBeUndefined();
    db.close();
  });

  it('lets one process hold a data folder', () => {
    const file = path.join(tempFolder('lock'), 'agent.lock');
    const lock = lockFolder(file);
    expect(() => lockFolder(file)).toThrow(/Another sly-agent/);
    lock.release();
    lockFolder(file).release();
  });
});
