import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

async function start(): Promise<ApiServer> {
  const server = await startApiServer();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { ...server, stop };
}

/** Reads events until told to stop; the stream as text. */
async function open(server: ApiServer, url = '/events') {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const response = await fetch(`${server.url}${url}`, {
    headers: { 'x-api-key': server.token },
    signal: controller.signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  let text = '';
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      text += decoder.decode(chunk as Uint8Array, { stream: true });
  })().catch(() => undefined);
  await until(() => server.tasks.listeners() > 0);
  return { text: () => text, close: () => controller.abort(), ended };
}

async function until(met: () => boolean): Promise<void> {
  for (let k = 0; k < 200 && !met(); k++) await delay(10);
  expect(met()).toBe(true);
}

test('tasks come as they change; logs only to who follows the task', async () => {
  const server = await start();
  const all = await open(server);
  const follower = await open(server, '/events?task=1');
  const { id } = await server.api<{ id: number }>('imports.start', { path: 'street' });
  server.tasks.change(id, { state: 'converting' });
  server.tasks.log(id, { message: 'line\nwith breaks' });
  await until(() => follower.text().includes('with breaks'));
  expect(all.text()).toMatch(/event: task\ndata: \{.*"state":"converting".*\}\n\n/);
  expect(all.text()).not.toContain('with breaks');
  const frames = follower
    .text()
    .split('\n\n')
    .filter((one) => one.startsWith('event: log'));
  expect(frames).toHaveLength(1);
  expect(JSON.parse(frames[0]?.split('\ndata: ')[1] ?? '')).toMatchObject({ type: 'log', id, offset: 0 });
});

test('who goes is forgotten', async () => {
  const server = await start();
  const one = await open(server);
  const two = await open(server);
  await until(() => server.tasks.listeners() === 2);
  one.close();
  two.close();
  await until(() => server.tasks.listeners() === 0);
});

test('an open stream does not keep the server from stopping', async () => {
  const server = await start();
  const one = await open(server);
  await server.stop();
  await one.ended;
});
