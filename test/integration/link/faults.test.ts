/** Dead connections, wrong peers, wrong words. */
import { once } from 'node:events';
import path from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { LINK_PATH, SUBPROTOCOL } from '../../../src/protocol/link.ts';
import { eventually } from '../../support/daemon-process.ts';
import {
  exportTask,
  importTask,
  inState,
  manifestOf,
  online,
  pair,
  QUICK_POLICY,
  startAgentRig,
  startPlatformRig,
} from '../../support/link-rig.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const SILENCE = QUICK_POLICY.silenceMs ?? 0;
const MARGIN = 1_000;

const telemetry = {
  load1: 0,
  rssBytes: 1,
  diskFreeBytes: 1,
  diskTotalBytes: 1,
  slots: { cpu: 1, busy: 0 },
  outbox: 0,
  state: 'ready',
  isolation: 'none',
};
const hello = (instanceId: string, more: object = {}) => ({
  type: 'hello',
  protocol: 1,
  agentName: 'raw',
  version: '1.0.0',
  instanceId,
  attempts: [],
  plugins: [{ manifest: manifestOf('coco') }],
  telemetry,
  ...more,
});

/** A peer that says what the test wants. */
async function raw(port: number, token: string, headers: Record<string, string> = {}) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${LINK_PATH}`, SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    perMessageDeflate: false,
  });
  onTestFinished(() => ws.terminate());
  const received: { type: string; [key: string]: unknown }[] = [];
  ws.on('message', (data: RawData) => received.push(JSON.parse(String(data))));
  ws.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => ws.once('close', (code) => resolve(code)));
  const opened = Promise.race([once(ws, 'open'), closed]);
  await opened;
  const next = (type: string) =>
    eventually(() => received.find((message) => message.type === type), { within: 3_000, what: type });
  return { ws, received, closed, next, say: (message: unknown) => ws.send(JSON.stringify(message)) };
}

async function platformWithAgent() {
  const platform = await startPlatformRig({ folder: path.join(tempFolder('link'), 'platform') });
  const { id, token } = await platform.room.directory.create('gpu-1');
  return { platform, id, token };
}

test('a black hole is noticed by both sides within the silence, and the link comes back after it', async () => {
  const { platform, id, token } = await platformWithAgent();
  const proxy = await startTcpProxy(platform.port);
  onTestFinished(() => proxy.close());
  proxy.pass(5);
  const folder = path.join(tempFolder('link'), 'agent');
  const agent = startAgentRig({ folder, url: `http://127.0.0.1:${proxy.port}`, token });
  await online(agent);
  const local = agent.createLocal(importTask('local'));
  await inState(platform, 'local', 'leased');
  proxy.blackhole();
  const from = Date.now();
  const [reason] = await Promise.all([
    eventually(() => agent.link.status().reason ?? undefined, { what: 'agent notices' }),
    eventually(
      async () => ((await platform.room.directory.get(id))?.connected === false ? true : undefined),
      {
        what: 'platform notices',
      },
    ),
  ]);
  expect(Date.now() - from).toBeLessThan(SILENCE + MARGIN);
  expect(reason).toMatch(/silent/);
  agent.move(local, 'fetching', 'converting');
  proxy.pass();
  await online(agent);
  await inState(platform, 'local', 'converting');
});

test('a platform that accepts and never welcomes is given up', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => SUBPROTOCOL });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const folder = path.join(tempFolder('link'), 'agent');
  const agent = startAgentRig({ folder, url: `http://127.0.0.1:${port}`, token: 'x' });
  const reason = await eventually(() => agent.link.status().reason ?? undefined);
  expect(reason).toMatch(/no welcome within 1000 ms/);
  await agent.stop();
  for (const client of server.clients) client.terminate();
});

test('a wrong token ends the trying with a clear status, and the work goes on', async () => {
  const { platform } = await platformWithAgent();
  const folder = path.join(tempFolder('link'), 'agent');
  const agent = startAgentRig({ folder, url: platform.url, token: 'wrong' });
  await eventually(() => (agent.link.status().status === 'refused' ? true : undefined));
  expect(agent.link.status()).toMatchObject({ reason: 'the token is not valid (any more)', nextTryAt: null });
  agent.move(agent.createLocal(importTask('local')), 'fetching');
  expect(agent.outbox.size()).toBe(2);
  expect(await platform.room.directory.authenticate('wrong')).toBeUndefined();
});

test('a platform that is not there is waited for, and the token is read anew', async () => {
  const { platform, token } = await platformWithAgent();
  const asked: string[] = [];
  const folder = path.join(tempFolder('link'), 'agent');
  await platform.stop();
  const agent = startAgentRig({
    folder,
    url: platform.url,
    token: () => {
      asked.push('x');
      return token;
    },
  });
  await eventually(() => (agent.link.status().status === 'waiting' ? true : undefined));
  expect(agent.link.status().reason).toMatch(/ECONNREFUSED/);
  expect(agent.link.status().nextTryAt).not.toBeNull();
  await eventually(() => (asked.length > 2 ? true : undefined));
  await startPlatformRig({ folder: platform.folder, port: platform.port });
  await online(agent);
});

test('the door: no token, no subprotocol, a page of a browser, another path', async () => {
  const { platform, token } = await platformWithAgent();
  const status = async (headers: Record<string, string>, at = LINK_PATH): Promise<number> => {
    const ws = new WebSocket(`ws://127.0.0.1:${platform.port}${at}`, headers.protocol ?? SUBPROTOCOL, {
      headers,
    });
    ws.on('error', () => undefined);
    const [, response] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode: number }];
    ws.terminate();
    return response.statusCode;
  };
  const authorization = `Bearer ${token}`;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: `Basic ${token}` })).toBe(401);
  expect(await status({ authorization, origin: 'https://evil.example' })).toBe(403);
  expect(await status({ authorization, protocol: 'chat' })).toBe(400);
  expect(await status({ authorization }, '/elsewhere')).toBe(404);
});

test('another process with the same token gets 4409, a newer connection of the same process takes over', async () => {
  const { platform, token } = await platformWithAgent();
  const first = await raw(platform.port, token);
  first.say(hello('one'));
  await first.next('welcome');
  const stranger = await raw(platform.port, token);
  stranger.say(hello('two'));
  expect(await stranger.closed).toBe(4409);
  const newer = await raw(platform.port, token);
  newer.say(hello('one'));
  expect(await first.closed).toBe(4410);
  await newer.next('welcome');
  newer.say({ type: 'heartbeat', leases: [], telemetry });
  await newer.next('beat');
});

test('two agents with one token: the second waits, and comes in when the first is gone', async () => {
  const { platform, agent, token } = await pair();
  const second = startAgentRig({ folder: path.join(tempFolder('link'), 'second'), url: platform.url, token });
  await eventually(() => (second.link.status().reason?.includes('4409') === true ? true : undefined));
  expect(agent.link.status().status).toBe('online');
  await agent.stop();
  await online(second);
});

test('what is no hello ends the connection with 4400, another version with 4406, nothing with 4408', async () => {
  const { platform, token } = await platformWithAgent();
  for (const [frame, code] of [
    ['garbage', 4400],
    [JSON.stringify({ type: 'heartbeat', leases: [], telemetry }), 4400],
    [JSON.stringify({ ...hello('x'), plugins: 3 }), 4400],
    [JSON.stringify(hello('x', { protocol: 99 })), 4406],
  ] as const) {
    const peer = await raw(platform.port, token);
    peer.ws.send(frame);
    expect(await peer.closed).toBe(code);
  }
  const binary = await raw(platform.port, token);
  binary.ws.send(Buffer.from(JSON.stringify(hello('x'))), { binary: true });
  expect(await binary.closed).toBe(4400);
  const mute = await raw(platform.port, token);
  expect(await mute.closed).toBe(4408);
  const large = await raw(platform.port, token);
  large.ws.send('x'.repeat((1 << 20) + 1));
  expect(await large.closed).toBe(1009);
});

test('the platform answers any malformed frame with a problem and lives on', async () => {
  const { platform, token } = await platformWithAgent();
  const peer = await raw(platform.port, token);
  peer.say(hello('one'));
  await peer.next('welcome');
  const beat = setInterval(() => peer.say({ type: 'heartbeat', leases: [], telemetry }), 50);
  onTestFinished(() => clearInterval(beat));
  const types = [
    'hello',
    'accept',
    'reject',
    'heartbeat',
    'event',
    'log',
    'progress',
    'listing',
    'problem',
    'x',
  ];
  const frames = fc.sample(
    fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ type: fc.constantFrom(...types) }).map((value) => JSON.stringify(value)),
      fc
        .record({
          type: fc.constantFrom(...types),
          key: fc.oneof(fc.string(), fc.integer()),
          attempt: fc.oneof(fc.double(), fc.string(), fc.constant(-1)),
          seq: fc.constant('one'),
          event: fc.jsonValue(),
          text: fc.jsonValue(),
        })
        .map((value) => JSON.stringify(value)),
    ),
    500,
  );
  for (const frame of frames) peer.ws.send(frame);
  peer.say({ type: 'event', seq: 1, event: { type: 'from.the.future' } });
  expect(await peer.next('ack')).toMatchObject({ seq: 1 });
  expect(peer.ws.readyState).toBe(WebSocket.OPEN);
  expect(peer.received.filter(({ type }) => type === 'problem').length).toBeGreaterThan(300);
  expect(peer.received.some(({ type }) => type === 'beat')).toBe(true);
});

test('the agent answers any malformed frame with a problem and lives on', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => SUBPROTOCOL });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const folder = path.join(tempFolder('link'), 'agent');
  const connected = once(server, 'connection');
  const agent = startAgentRig({ folder, url: `http://127.0.0.1:${port}`, token: 'x' });
  const [ws] = (await connected) as [WebSocket];
  const received: { type: string }[] = [];
  ws.on('message', (data) => received.push(JSON.parse(String(data))));
  const say = (message: unknown): void => ws.send(JSON.stringify(message));
  const time = new Date().toISOString();
  await eventually(() => received.find(({ type }) => type === 'hello'));
  say({
    type: 'welcome',
    protocol: 1,
    version: '1',
    agentId: 1,
    ackSeq: 0,
    heartbeatMs: 50,
    leaseMs: 400,
    attempts: [],
    time,
  });
  await online(agent);
  const frames = fc.sample(fc.oneof(fc.string(), fc.json()), 300);
  for (const frame of frames) ws.send(frame);
  say({ type: 'offer', task: { key: 'a' }, attempt: 1 });
  say({ type: 'cancel', key: 'nobody', attempt: 7, reason: 'x', colour: 'unknown fields are tolerated' });
  say({ type: 'logAck', key: 'nobody', attempt: 7, offset: 12 });
  say({ type: 'offer', task: importTask('p', 'path'), attempt: 2 });
  const reject = await eventually(() => received.find(({ type }) => type === 'reject'));
  expect(reject).toMatchObject({ key: 'p', reason: expect.stringMatching(/operator/) });
  say({ type: 'offer', task: exportTask('a'), attempt: 1 });
  await eventually(() => received.find(({ type }) => type === 'accept'));
  expect(received.filter(({ type }) => type === 'problem').length).toBeGreaterThan(290);
  expect(agent.offered).toEqual([{ key: 'a', attempt: 1 }]);
  expect(agent.cancels).toEqual([{ key: 'nobody', attempt: 7 }]);
  await agent.stop();
});

test('a journal that is older than what the platform knows is refused instead of swallowed', async () => {
  const { platform, agent, agentId, token, folder } = await pair();
  agent.createLocal(importTask('local'));
  await inState(platform, 'local', 'leased');
  await agent.stop();
  const db = platform.db.kysely.withTables<{ agents: { id: number; ack_seq: number } }>();
  await db.updateTable('agents').set({ ack_seq: 99 }).where('id', '=', agentId).execute();
  const back = startAgentRig({ folder, url: platform.url, token });
  await eventually(() => (back.link.status().status === 'refused' ? true : undefined));
  expect(back.link.status().reason).toMatch(/old copy/);
});
