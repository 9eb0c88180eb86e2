/** A support bundle: what is in it, and that no secret and no name of a person's file is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tar from 'tar';
import { afterEach, expect, test } from 'vitest';
import { journalSummary, readJournalSummary } from '../../../../src/agent/journal/journal-summary.ts';
import { openJournal } from '../../../../src/agent/journal/open-journal.ts';
import { createOutbox } from '../../../../src/agent/journal/outbox.ts';
import { createTaskJournal } from '../../../../src/agent/journal/task-journal.ts';
import { TASK_MIGRATIONS } from '../../../../src/agent/journal/task-migrations.ts';
import { publicLogLine } from '../../../../src/agent/support/log-lines.ts';
import { makeSupportBundle, type SupportDeps } from '../../../../src/agent/support-bundle.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { loadConfig } from '../../../../src/lib/config/load-config.ts';
import { SlyError } from '../../../../src/lib/errors.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { createRecentLines } from '../../../../src/lib/recent-lines.ts';
import { SUPPORT_FILES } from '../../../../src/protocol/support-bundle.ts';
import { importTask } from '../../../support/link-rig.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const TOKEN = 'q3Jv0-9xZ_kEw7TtBn2LmA5yUc8RdPfHsGiXoVbNaKe';
const PROXY_PASSWORD = 'hunter2-of-the-proxy';
const MY_FILE = 'patient-john-doe.dcm';
const proxyBefore = process.env.HTTPS_PROXY;

afterEach(() => {
  if (proxyBefore === undefined) delete process.env.HTTPS_PROXY;
  else process.env.HTTPS_PROXY = proxyBefore;
});

function loggedLines(): string[] {
  const recent = createRecentLines(100_000);
  const log = createLogger('debug', { write: (line) => recent.add(line) });
  log.info({ url: `https://u:${PROXY_PASSWORD}@proxy/`, status: 407 }, 'the proxy refused');
  log.warn({ headers: { Authorization: `Bearer ${TOKEN}` } }, `Authorization: Bearer ${TOKEN}`);
  log.error(
    { err: new SlyError('SLY_SOURCE_GONE', { detail: `/data/${MY_FILE}`, file: MY_FILE }), file: MY_FILE },
    'a source went away',
  );
  recent.add(`not JSON ${TOKEN}`);
  return recent.lines();
}

function rig() {
  const folder = tempFolder('support');
  const file = path.join(folder, 'journal.sqlite');
  const db = openJournal(file, TASK_MIGRATIONS);
  const outbox = createOutbox(db);
  const journal = createTaskJournal({ db, outbox, clock: systemClock });
  journal.createLocal({ ...importTask('one'), title: `Import ${MY_FILE}` });
  journal.move({ key: 'one', attempt: 1 }, { state: 'fetching' });
  journal.move(
    { key: 'one', attempt: 1 },
    {
      state: 'failed',
      details: {
        failure: {
          code: 'SLY_SOURCE_GONE',
          title: 'The source is gone',
          detail: `/data/${MY_FILE}`,
          retryable: false,
          file: MY_FILE,
        },
      },
    },
  );
  const report = path.join(folder, 'report.ndjson');
  const line = { status: 'failed', file: MY_FILE, message: MY_FILE };
  writeFileSync(
    report,
    [
      { ...line, code: 'SLY_IMAGE_UNREADABLE' },
      { ...line, code: 'SLY_IMAGE_UNREADABLE' },
      { ...line, status: 'skipped', code: MY_FILE },
    ]
      .map((one) => `${JSON.stringify(one)}\n`)
      .join(''),
  );
  const {
    config,
    notes: _notes,
    ...configSource
  } = loadConfig({
    flags: { data: folder },
    env: { SLY_TOKEN: TOKEN, SLY_PLATFORM_URL: `https://me:${PROXY_PASSWORD}@platform.example` },
    cwd: folder,
  });
  const deps: SupportDeps = {
    config,
    configSource,
    version: '1.2.3',
    startedAt: Date.now() - 5000,
    secrets: [TOKEN],
    doctor: async () => [{ name: 'link', state: 'failed', detail: `refused: Bearer ${TOKEN}` }],
    machine: () => undefined,
    journal: () => journalSummary(db),
    reports: () => [
      { key: 'one', attempt: 1, file: report },
      { key: 'gone', attempt: 1, file: path.join(folder, 'no-such-report') },
    ],
    recentLog: loggedLines,
    clock: systemClock,
  };
  return { folder, file, db, deps };
}

async function unpack(folder: string, bytes: Uint8Array): Promise<Map<string, string>> {
  const archive = path.join(folder, 'support.tar.gz');
  writeFileSync(archive, bytes);
  const out = path.join(folder, 'out');
  mkdirSync(out);
  await tar.x({ file: archive, cwd: out, strict: true });
  const names = ['README.txt', ...SUPPORT_FILES.map(({ file }) => file)];
  return new Map(names.map((name) => [name, readFileSync(path.join(out, 'support', name), 'utf8')]));
}

test('planted secrets and names of files are not in it; what helps is', async () => {
  process.env.HTTPS_PROXY = `http://me:${PROXY_PASSWORD}@proxy.example:3128`;
  const { folder, deps } = rig();
  const { bytes, files } = await makeSupportBundle(deps);
  const texts = await unpack(folder, bytes);
  const all = [...texts.values()].join('\n');
  for (const secret of [TOKEN, PROXY_PASSWORD, MY_FILE, 'john-doe']) expect(all).not.toContain(secret);

  expect(files.map(({ file, bytes: size }) => [file, size])).toEqual(
    [...texts].map(([name, text]) => [name, Buffer.byteLength(text)]),
  );
  const json = (name: string) => JSON.parse(texts.get(name) ?? '') as Record<string, unknown>;
  expect(json('version.json')).toMatchObject({
    version: '1.2.3',
    node: process.version,
    proxies: { HTTPS_PROXY: 'http://[redacted]@proxy.example:3128' },
  });
  expect(json('configuration.json').settings).toContainEqual(
    expect.objectContaining({ name: 'token', value: '[redacted]', origin: 'env' }),
  );
  expect(json('tasks.json')).toMatchObject({
    attempts: { failed: 1 },
    failures: [{ key: 'one', action: 'import', code: 'SLY_SOURCE_GONE', title: 'The source is gone' }],
    reports: [
      {
        key: 'one',
        lines: 3,
        whole: true,
        counts: { 'failed SLY_IMAGE_UNREADABLE': 2, 'skipped another code': 1 },
      },
    ],
  });
  const log = (texts.get('log.ndjson') ?? '').trimEnd().split('\n');
  expect(log.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', msg: 'the proxy refused', status: 407 },
    { level: 'warn', msg: 'Authorization: [redacted]' },
    { level: 'error', msg: 'a source went away', err: { type: 'SlyError', code: 'SLY_SOURCE_GONE' } },
  ]);
});

test('a part that cannot be read says why, and the others are there', async () => {
  const { folder, db, deps } = rig();
  db.close();
  const { bytes } = await makeSupportBundle({
    ...deps,
    doctor: async () => {
      throw new Error(`no way to ${TOKEN}`);
    },
  });
  const texts = await unpack(folder, bytes);
  expect(JSON.parse(texts.get('doctor.json') ?? '')).toEqual({ unreadable: 'no way to [redacted]' });
  expect(JSON.parse(texts.get('tasks.json') ?? '')).toHaveProperty('unreadable');
  expect(texts.get('log.ndjson')).toContain('the proxy refused');
});

test('a journal nobody has open is read as it lies there', () => {
  const { file, db } = rig();
  db.close();
  const before = readFileSync(file);
  expect(readJournalSummary(file)).toMatchObject({ attempts: { failed: 1 } });
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readJournalSummary(path.join(file, '..', 'none.sqlite'))).toBeUndefined();
});

test.each([['null'], ['17'], ['"text"'], ['{'], ['']])(
  'a line that is none of the log is left out: %s',
  (line) => {
    expect(publicLogLine(line)).toBeUndefined();
  },
);
