/** The way of a script to the platform, over real sockets: what goes through, what does not, and when it ends. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGateways } from '../../../src/agent/gateway/platform-gateway.ts';
import { GATEWAY_SOCKET, type PlatformGateway } from '../../../src/agent/ports/gateway.ts';
import { createPlatformHttp, type PlatformHttp } from '../../../src/agent/transfer/platform-http.ts';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { SlyError } from '../../../src/lib/errors.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { eventually } from '../../support/daemon-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const AGENT_TOKEN = 'agent-token';
const HOUR_MS = 3_600_000;

let seen: IncomingMessage[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let platform: Server;
let http: PlatformHttp;
let folder: string;
let socketPath: string;
let asked: number;
let askToken: () => Promise<{ token: string; expiresAt: string; taskId?: number }>;
let gateway: PlatformGateway;

const inAnHour = (): string => new Date(Date.now() + HOUR_MS).toISOString();

async function open(clock: Clock = systemClock, signal = new AbortController().signal): Promise<void> {
  const gateways = createGateways({
    taskToken: () => {
      asked++;
      return askToken();
    },
    forward: http.forward,
    clock,
    log: silentLogger(),
  });
  gateway = await gateways.open({ folder, taskKey: 'key', attempt: 1, signal });
}

/** As the script's side does it: HTTP over the socket. */
function call(
  method: string,
  url: string,
  options: { headers?: Record<string, string>; body?: Readable } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, method, path: url, headers: { host: 'evil', ...options.headers } },
      resolve,
    );
    sent.on('error', reject);
    if (options.body === undefined) sent.end();
    else options.body.pipe(sent);
  });
}

beforeEach(async () => {
  seen = [];
  asked = 0;
  askToken = async () => ({ token: `task-token-${asked}`, expiresAt: inAnHour(), taskId: 7 });
  answer = (_request, response) => response.end('{}');
  platform = createServer((got, response) => {
    seen.push(got);
    answer(got, response);
  });
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  http = createPlatformHttp({
    url,
    token: AGENT_TOKEN,
    deadlineMs: 1000,
    clock: systemClock,
    log: silentLogger(),
  });
  // Longer than a path of a socket may be.
  folder = path.join(tempFolder('gateway'), 'x'.repeat(120));
  mkdirSync(folder);
  // A client has the same limit; in the cage the path is short.
  socketPath = path.join(tempFolder('short'), 's');
  symlinkSync(path.join(folder, GATEWAY_SOCKET), socketPath);
});

afterEach(async () => {
  await gateway?.close();
  await http.close();
  platform.closeAllConnections();
  await new Promise((resolve) => platform.close(resolve));
});

test('a call gets the task token and only that, and the answer comes back as it is', async () => {
  answer = (_request, response) =>
    response
      .writeHead(418, { 'content-type': 'text/tea', 'set-cookie': 'a=1', 'x-total': '3' })
      .end('short and stout');
  await open();
  expect(gateway.taskId).toBe(7);
  const got = await call('POST', '/public/api/v3/images.list?x=1', {
    headers: { 'x-api-key': 'guessed', authorization: 'Bearer guessed', cookie: 'session=guessed' },
    body: Readable.from(['{"a":1}']),
  });
  expect([got.statusCode, got.headers['content-type'], got.headers['x-total']]).toEqual([
    418,
    'text/tea',
    '3',
  ]);
  expect(got.headers['set-cookie']).toBeUndefined();
  expect(await text(got)).toBe('short and stout');
  const [one] = seen;
  expect(one).toMatchObject({ method: 'POST', url: '/public/api/v3/images.list?x=1' });
  expect(one?.headers).toMatchObject({ 'x-api-key': 'task-token-1' });
  expect(one?.headers.host).toMatch(/^127\.0\.0\.1:/);
  const said = JSON.stringify(one?.rawHeaders);
  expect(said).not.toContain('guessed');
  expect(said).not.toContain(AGENT_TOKEN);
});

test('other paths, hosts and methods are refused here: the platform never hears of them', async () => {
  await open();
  for (const url of [
    '/',
    '/agents/v1/projects/1',
    '/public/api/../../agents/v1/x',
    'http://example.com/public/api/v3/x',
  ]) {
    const got = await call('GET', url);
    expect([url, got.statusCode]).toEqual([url, 403]);
    expect(JSON.parse(await text(got))).toMatchObject({ details: { code: 'SLY_FORBIDDEN' } });
  }
  expect((await call('OPTIONS', '/public/api/v3/x')).statusCode).toBe(403);
  // A tunnel is not even answered.
  const tunnel = createConnection(socketPath);
  tunnel.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n');
  expect(await text(tunnel).catch(() => '')).not.toContain('200');
  // Two in one: what follows an ill-formed request is no request.
  const smuggled = createConnection(socketPath);
  smuggled.end(
    'POST /public/api/v3/a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /agents/v1/x HTTP/1.1\r\nHost: a\r\n\r\n',
  );
  await text(smuggled).catch(() => '');
  expect(seen.filter(({ url }) => !(url ?? '').startsWith('/public/api/'))).toEqual([]);
});

test('a large body is streamed both ways: whoever reads slowly slows the other, nothing is held', async () => {
  const CHUNK = Buffer.alloc(1 << 20, 7);
  const MANY = 96;
  let given = 0;
  function* chunks() {
    for (let n = 0; n < MANY; n++) {
      given++;
      yield CHUNK;
    }
  }
  const whenStill = async (): Promise<number> => {
    for (let last = -1; last !== given; await delay(300)) last = given;
    return given;
  };
  const hash = createHash('sha256');
  answer = (got, response) => {
    void whenStill().then((sent) => {
      response.setHeader('x-before', sent);
      got.on('data', (piece: Buffer) => hash.update(piece));
      got.on('end', () => {
        given = 0;
        Readable.from(chunks()).pipe(response);
      });
    });
  };
  await open();
  const got = await call('POST', '/public/api/v3/images.bulk.upload', { body: Readable.from(chunks()) });
  const wanted = createHash('sha256');
  for (let n = 0; n < MANY; n++) wanted.update(CHUNK);
  expect(hash.digest('hex')).toBe(wanted.digest('hex'));
  expect(Number(got.headers['x-before'])).toBeLessThan(MANY / 4);
  expect(await whenStill()).toBeLessThan(MANY / 4);
  let size = 0;
  for await (const piece of got) size += (piece as Buffer).length;
  expect(size).toBe(MANY << 20);
});

test('it ends with the run: what is under way breaks off, the socket is gone, closing again is no error', async () => {
  answer = () => undefined;
  await open();
  const waiting = call('GET', '/public/api/v3/slow');
  await eventually(() => (seen.length === 1 ? true : undefined), { what: 'the request' });
  const upstream = new Promise((resolve) => seen[0]?.socket.once('close', resolve));
  await Promise.all([gateway.close(), gateway.close()]);
  await expect(waiting).rejects.toThrow();
  await upstream;
  expect(existsSync(path.join(folder, GATEWAY_SOCKET))).toBe(false);
  await expect(call('GET', '/public/api/v3/after')).rejects.toThrow();
});

test('a script that goes away takes its request with it', async () => {
  answer = () => undefined;
  await open();
  const sent = request({ socketPath, path: '/public/api/v3/slow' });
  sent.on('error', () => undefined);
  sent.end();
  await eventually(() => (seen.length === 1 ? true : undefined), { what: 'the request' });
  const upstream = new Promise((resolve) => seen[0]?.socket.once('close', resolve));
  sent.destroy();
  await upstream;
});

test('a socket an earlier process left behind is replaced', async () => {
  await open();
  const first = gateway;
  await open();
  expect((await call('GET', '/public/api/v3/a')).statusCode).toBe(200);
  await first.close();
});

test('one token for requests that come at once; a new one before it ends and when the platform refuses it', async () => {
  let now = Date.now();
  askToken = async () => ({ token: `task-token-${asked}`, expiresAt: new Date(now + HOUR_MS).toISOString() });
  await open({ ...systemClock, now: () => now });
  await Promise.all(Array.from({ length: 20 }, () => call('GET', '/public/api/v3/a').then(buffer)));
  expect(asked).toBe(1);
  now += HOUR_MS - 60_000;
  await Promise.all(Array.from({ length: 5 }, () => call('GET', '/public/api/v3/a').then(buffer)));
  expect(asked).toBe(2);
  answer = (_request, response) => response.writeHead(401).end();
  expect((await call('GET', '/public/api/v3/a')).statusCode).toBe(401);
  answer = (_request, response) => response.end('{}');
  expect((await call('GET', '/public/api/v3/a')).statusCode).toBe(200);
  expect(asked).toBe(3);
  expect(seen.at(-1)?.headers['x-api-key']).toBe('task-token-3');
});

test('a lost attempt is said, not served; an absent platform is a bad gateway', async () => {
  let now = Date.now();
  await open({ ...systemClock, now: () => now });
  now += HOUR_MS;
  askToken = async () => {
    throw new SlyError('SLY_LEASE_LOST', { detail: 'attempt 2 has it' });
  };
  const lost = await call('GET', '/public/api/v3/a');
  expect([lost.statusCode, seen.length]).toEqual([409, 0]);
  askToken = async () => ({ token: 't', expiresAt: new Date(0).toISOString() });
  platform.closeAllConnections();
  await new Promise((resolve) => platform.close(resolve));
  const away = await call('GET', '/public/api/v3/a');
  expect(away.statusCode).toBe(502);
  expect(JSON.parse(await text(away))).toMatchObject({ details: { code: 'SLY_PLATFORM_UNREACHABLE' } });
});
