/** An annotation that breaks off on its way is asked again; half of one never stands under its name. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPlatformClient } from '../../../src/agent/transfer/platform-client.ts';
import { createPlatformHttp } from '../../../src/agent/transfer/platform-http.ts';
import { systemClock as clock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const TEXT = JSON.stringify({ figures: Array.from({ length: 20_000 }, (_, at) => ({ key: String(at) })) });
const { signal } = new AbortController();

async function start(answers: ((response: ServerResponse) => void)[], deadlineMs = 20_000) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    (answers.shift() ?? whole)(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = createPlatformHttp({ url, token: 't', deadlineMs, clock, log: silentLogger() });
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  return { client: createPlatformClient(http), asked };
}

const whole = (response: ServerResponse): void => void response.end(TEXT);
const broken = (response: ServerResponse): void => {
  response.write(TEXT.slice(0, 100_000), () => response.destroy());
};
const refused = (response: ServerResponse): void => {
  response.statusCode = 503;
  response.end('{"error":"busy"}');
};

test('asked again from the start until it is whole', async () => {
  const { client, asked } = await start([broken, refused, broken]);
  const target = path.join(tempFolder(), 'ann.json');
  await client.exportAnnotation({ itemId: 7 }, target, signal);
  expect(readFileSync(target, 'utf8')).toBe(TEXT);
  expect(asked).toEqual(Array(4).fill('/agents/v1/items/7/annotation'));
  expect(readdirSync(path.dirname(target))).toEqual(['ann.json']);
});

test('never whole: the old file stays, and nothing half is left', async () => {
  const { client } = await start([broken, broken, broken, broken, broken, broken, broken, broken], 300);
  const folder = tempFolder();
  await expect(
    client.exportAnnotation({ datasetId: 3 }, path.join(folder, 'annotation.json'), signal),
  ).rejects.toMatchObject({ code: 'SLY_PLATFORM_UNREACHABLE', retryable: true });
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder that is not there is no fault of the platform', async () => {
  const { client, asked } = await start([]);
  const target = path.join(tempFolder(), 'none', 'ann.json');
  await expect(client.exportAnnotation({ itemId: 7 }, target, signal)).rejects.toMatchObject({
    code: 'ENOENT',
  });
  expect(asked).toHaveLength(1);
});
