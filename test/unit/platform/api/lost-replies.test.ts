/** A POST whose answer did not arrive is sent again by clients: it must not be done twice. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLostReplies } from '../../../../src/platform/api/http/lost-replies.ts';
import type { Call } from '../../../../src/platform/api/method.ts';

/** Answers how often it did the work; a request waits until `open` lets it through. */
async function start() {
  let now = 1000;
  let done = 0;
  let gate = Promise.withResolvers<void>();
  let arrived = Promise.withResolvers<void>();
  const lost = createLostReplies(() => now);
  const handle = lost.once('add', async ({ text }: { text: string }) => {
    if (text === 'bad') throw new Error('refused');
    done++;
    const mine = done;
    arrived.resolve();
    await gate.promise;
    return mine;
  });
  const server = createServer((request, reply) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', async () => {
      const principal = { userId: Number(request.headers['x-user'] ?? 1), task: null };
      const call = { principal, request: { raw: request }, reply: { raw: reply } } as unknown as Call;
      try {
        reply.end(JSON.stringify(await handle({ text }, call)));
      } catch {
        reply.writeHead(400).end('refused');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    open: () => gate.resolve(),
    close: () => {
      gate = Promise.withResolvers();
      arrived = Promise.withResolvers();
    },
    later: (ms: number) => {
      now += ms;
    },
    done: () => done,
    ask: async (text: string, user = 1) => {
      const headers = { 'x-user': String(user), connection: 'close' };
      return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: text, headers })).text();
    },
    /** Hangs up once the work has begun; the server has seen it when this resolves. */
    async hangUp(text: string) {
      const seen = new Promise<void>((resolve) => {
        server.once('connection', (socket) => socket.once('close', () => resolve()));
      });
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${text.length}\r\n\r\n${text}`),
      );
      await arrived.promise;
      socket.destroy();
      await seen;
    },
  };
}

test('the same request after a lost answer gets that answer, once', async () => {
  const { ask, close, done, hangUp, open } = await start();
  await hangUp('car');
  open();
  expect(await ask('car')).toBe('1');
  expect(done()).toBe(1);
  // That answer arrived: the next one, however alike, is meant.
  expect(await ask('car')).toBe('2');
  close();
  await hangUp('car');
  // It comes again while the first is still at work.
  const again = ask('car');
  await vi.waitFor(() => expect(done()).toBe(3));
  open();
  expect(await again).toBe('3');
});

test('another request, another caller, or one that comes too late is new', async () => {
  const { ask, hangUp, later, open } = await start();
  await hangUp('car');
  open();
  expect(await ask('bus')).toBe('2');
  expect(await ask('car', 2)).toBe('3');
  later(11 * 60_000);
  expect(await ask('car')).toBe('4');
});

test('answers that arrive are not kept, also when many come at once', async () => {
  const { ask, open } = await start();
  open();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('car')));
  expect(new Set(answers).size).toBe(20);
  expect(await ask('bad')).toBe('refused');
  expect(await ask('bad')).toBe('refused');
});
