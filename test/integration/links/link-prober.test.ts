/** Real servers on loopback: what is behind a link, and what must not be reached through one. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLinkProber } from '../../../src/agent/links/link-prober.ts';

const png = Buffer.from(encode({ width: 31, height: 17, data: new Uint8Array(31 * 17), channels: 1 }));
/** A JPEG whose size stands behind 200 KB of metadata. */
const lateJpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8]),
  ...Array.from({ length: 4 }, () =>
    Buffer.concat([Buffer.from([0xff, 0xe2, 0xc3, 0x52]), Buffer.alloc(0xc350)]),
  ),
  Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 40, 0, 60, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]),
  Buffer.from([0xff, 0xd9]),
]);

let server: Server;
let origin: string;
let asked: string[] = [];
let mostAtOnce = 0;
let atOnce = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    response.on('close', () => atOnce--);
    const range = /bytes=0-(\d+)/.exec(request.headers.range ?? '');
    const send = (bytes: Buffer): void => {
      const part = range === null ? bytes : bytes.subarray(0, Number(range[1]) + 1);
      response.writeHead(206, { 'content-range': `bytes 0-${part.length - 1}/${bytes.length}` }).end(part);
    };
    switch (request.url) {
      case '/a.png':
        return send(png);
      case '/late.jpg':
        return send(lateJpeg);
      case '/slow.png':
        setTimeout(() => send(png), 40);
        return;
      case '/never.png':
        return;
      case '/text.png':
        return void response.end('hello, no picture here');
      case '/endless.png': {
        // A server without ranges that never ends.
        response.writeHead(200, { 'content-type': 'image/png' });
        response.write(png);
        const timer = setInterval(() => response.write(Buffer.alloc(1 << 16)), 1);
        response.on('close', () => clearInterval(timer));
        return;
      }
      case '/moved.png':
        return void response.writeHead(302, { location: '/a.png' }).end();
      case '/inside.png':
        return void response.writeHead(302, { location: 'http://127.0.0.2:1/secret.png' }).end();
      case '/loop.png':
        return void response.writeHead(302, { location: '/loop.png' }).end();
      default:
        return void response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const prober = createLinkProber({ allow: ['127.0.0.1'], parallel: 4, timeoutMs: 500 });
const never = new AbortController().signal;
const probe = (path: string) => prober.probe(origin + path, never);

test('type, pixels and bytes', async () => {
  expect(await probe('/a.png')).toEqual({
    width: 31,
    height: 17,
    mime: 'image/png',
    extension: '.png',
    size: png.length,
  });
  expect(await probe('/moved.png')).toMatchObject({ width: 31 });
});

test('a size behind much metadata is found with a second look, an endless body is let go', async () => {
  expect(await probe('/late.jpg')).toMatchObject({
    width: 60,
    height: 40,
    mime: 'image/jpeg',
    size: lateJpeg.length,
  });
  expect(await probe('/endless.png')).toMatchObject({ width: 31, height: 17 });
});

test.each([
  ['/gone.png', 'SLY_NOT_FOUND', /404/],
  ['/text.png', 'SLY_IMAGE_UNREADABLE', /something else/],
  ['/loop.png', 'SLY_NOT_FOUND', /redirects/],
  ['/inside.png', 'SLY_FORBIDDEN', /127\.0\.0\.2/],
  ['/never.png', 'SLY_NOT_FOUND', /cannot be read/],
])('%s: %s', async (path, code, detail) => {
  await expect(probe(path)).rejects.toMatchObject({ code, detail: expect.stringMatching(detail) });
});

test('without an allow-list loopback is not asked, neither by number nor by name', async () => {
  const strict = createLinkProber({ allow: [], parallel: 1 });
  asked = [];
  await expect(strict.probe(`${origin}/a.png`, never)).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
  await expect(strict.probe('http://localhost/a.png', never)).rejects.toMatchObject({
    code: 'SLY_FORBIDDEN',
    detail: expect.stringContaining('this machine'),
  });
  expect(asked).toEqual([]);
  await strict.close();
});

test('never more at once than allowed; an abort ends what runs', async () => {
  mostAtOnce = 0;
  await Promise.all(Array.from({ length: 40 }, () => probe('/slow.png')));
  expect(mostAtOnce).toBeLessThanOrEqual(4);
  expect(mostAtOnce).toBeGreaterThan(1);
  const stop = new AbortController();
  const waiting = prober.probe(`${origin}/never.png`, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow();
});
