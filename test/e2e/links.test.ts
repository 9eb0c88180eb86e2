/** A list of links through the whole agent: nothing is copied, sizes are known, each bad line has its reason. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSharedDaemon } from '../support/daemon.ts';
import type { TestDaemon } from '../support/daemon-process.ts';
import { snapshotProject } from '../support/project-snapshot.ts';
import { assertAllAccounted, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

const LINKS = 700;
const png = Buffer.from(encode({ width: 31, height: 17, data: new Uint8Array(31 * 17), channels: 1 }));
let server: Server;
let origin: string;
let sent = 0;
let daemon: TestDaemon;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.includes('gone') === true) return void response.writeHead(404).end();
    sent += png.length;
    response.writeHead(200).end(png);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  daemon = await startSharedDaemon({ flags: { 'link-allow': '127.0.0.1' } });
});
afterAll(async () => {
  await daemon.kill();
  server.closeAllConnections();
  server.close();
});

test('links become items of a known size, in order, and the bytes stay where they are', async () => {
  const folder = path.join(tempFolder(), 'lists');
  mkdirSync(folder);
  const good = Array.from({ length: LINKS }, (_, i) => `${origin}/pictures/${i}.png`);
  const lines = [
    ...good,
    `${origin}/gone.png`,
    'http://10.0.0.1/private.png',
    'no link',
    `${origin}/plain/noending`,
  ];
  writeFileSync(path.join(folder, 'list.txt'), `${lines.join('\n')}\n`);
  const { key } = await daemon.control.import({ path: folder, project: 'linked' });
  const task = await whenEnded(daemon.control, key);
  expect(task.failure).toBeNull();
  expect(task.plugin).toBe('links');
  assertAllAccounted(task);
  expect(task.result?.counts).toMatchObject({ files: 1, ok: 1, items: LINKS + 1 });
  const { text } = await daemon.control.report(key);
  const report = (text ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(report.map(({ file, place, code }) => [file, place, code])).toEqual(
    expect.arrayContaining([
      ['list.txt', `line ${LINKS + 1}`, 'SLY_NOT_FOUND'],
      ['list.txt', `line ${LINKS + 2}`, 'SLY_FORBIDDEN'],
      ['list.txt', `line ${LINKS + 3}`, 'SLY_FORMAT_INVALID'],
    ]),
  );
  expect(report).toHaveLength(3);
  expect(sent).toBeGreaterThan(0);
  const project = snapshotProject(daemon.data, task.result?.projectId ?? 0);
  expect(JSON.stringify(project)).toContain(`${origin}/pictures/0.png`);
  expect(JSON.stringify(project)).toContain('noending.png');
});
