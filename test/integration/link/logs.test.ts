/** Logs by offset, through gaps, restarts of both sides and dead connections; reports beside them. */
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createLogLane } from '../../../src/agent/link/log-lane.ts';
import { createLogStore } from '../../../src/platform/agents/log-store.ts';
import type { AgentMessage } from '../../../src/protocol/link.ts';
import { eventually } from '../../support/daemon-process.ts';
import {
  exportTask,
  importTask,
  inState,
  online,
  type PlatformRig,
  pair,
  startAgentRig,
  startPlatformRig,
} from '../../support/link-rig.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ n: from + i, text: 'grün ✓ 图' })}\n`).join('');

async function wholeLog(platform: PlatformRig, id: number, attempt?: number): Promise<string> {
  let all = '';
  for (let offset = 0; ; ) {
    const which = attempt === undefined ? {} : { attempt };
    const slice = await platform.room.tasks.readLog(id, { ...which, offset, maxBytes: 50_000 });
    if (slice.text === '') return all;
    all += slice.text;
    offset = slice.nextOffset;
  }
}

async function logIs(platform: PlatformRig, id: number, expected: string): Promise<void> {
  await eventually(async () => ((await wholeLog(platform, id)) === expected ? true : undefined), {
    within: 8_000,
    what: 'the whole log',
  });
}

test('a log of megabytes arrives whole, is told to subscribers, and survives a cut in the middle', async () => {
  const root = tempFolder('link');
  const platform = await startPlatformRig({ folder: path.join(root, 'platform') });
  const { token } = await platform.room.directory.create('gpu-1');
  const proxy = await startTcpProxy(platform.port);
  onTestFinished(() => proxy.close());
  const url = `http://127.0.0.1:${proxy.port}`;
  const agent = startAgentRig({ folder: path.join(root, 'agent'), url, token });
  await online(agent);
  let told = 0;
  platform.room.tasks.subscribe((event) => {
    if (event.type === 'log') told += Buffer.byteLength(event.text);
  });
  const ref = agent.createLocal(importTask('a'));
  await inState(platform, 'a', 'leased');
  let expected = '';
  for (let part = 0; part < 6; part++) {
    const piece = lines(part * 10_000, 10_000);
    expected += piece;
    if (part % 2 === 1) {
      proxy.cutAfter(300_000);
      proxy.drop();
      proxy.pass();
    }
    agent.log(ref, piece);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await logIs(platform, 1, expected);
  expect(told).toBe(Buffer.byteLength(expected));
});

test('the log of an attempt that ended offline comes after a restart of the agent', async () => {
  const { platform, agent, folder, token } = await pair();
  await agent.link.stop('the network is gone');
  const ref = agent.createLocal(importTask('a'));
  const expected = lines(0, 100);
  agent.log(ref, expected);
  agent.move(ref, 'fetching', 'converting', 'publishing', 'succeeded');
  await agent.stop();
  startAgentRig({ folder, url: platform.url, token });
  await inState(platform, 'a', 'succeeded');
  await logIs(platform, 1, expected);
});

test('a platform that lost the tail of a log asks for it again', async () => {
  const { platform, agent } = await pair();
  const ref = agent.createLocal(importTask('a'));
  const first = lines(0, 1000);
  agent.log(ref, first);
  await logIs(platform, 1, first);
  await platform.stop();
  const file = path.join(platform.folder, 'logs', '1', '1.ndjson');
  // Half a line is left, as after a power cut.
  truncateSync(file, 1_001);
  const again = await startPlatformRig({ folder: platform.folder, port: platform.port });
  await online(agent);
  agent.log(ref, lines(1000, 10));
  await logIs(again, 1, first + lines(1000, 10));
});

test('a log past the cap says so in its last line, and the agent is not asked again', async () => {
  const { platform, agent } = await pair({ policy: { maxLogBytes: 20_000 } });
  const ref = agent.createLocal(importTask('a'));
  for (let part = 0; part < 5; part++) agent.log(ref, lines(part * 300, 300));
  const log = await eventually(async () => {
    const all = await wholeLog(platform, 1);
    return all.includes('the log is full') ? all : undefined;
  });
  expect(JSON.parse(log.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    level: 'warn',
    from: 'platform',
  });
  agent.log(ref, lines(0, 10));
  agent.move(ref, 'fetching');
  await inState(platform, 'a', 'fetching');
  expect((await wholeLog(platform, 1)).length).toBe(log.length);
});

test('each attempt has its own log; the newest is shown, also while the next one is queued', async () => {
  const { platform, agent } = await pair();
  await platform.room.tasks.create(exportTask('a'), {});
  await eventually(() => (agent.held.has('a.1') ? true : undefined));
  await inState(platform, 'a', 'leased');
  agent.log({ key: 'a', attempt: 1 }, 'first\n');
  await logIs(platform, 1, 'first\n');
  agent.telemetry.state = 'draining';
  await new Promise((resolve) => setTimeout(resolve, 120));
  agent.fail({ key: 'a', attempt: 1 }, true);
  expect(await inState(platform, 'a', 'queued')).toMatchObject({ attempt: 2 });
  await logIs(platform, 1, 'first\n');
  agent.telemetry.state = 'ready';
  await eventually(() => (agent.held.has('a.2') ? true : undefined));
  agent.log({ key: 'a', attempt: 2 }, 'second\n');
  await logIs(platform, 1, 'second\n');
  expect(await wholeLog(platform, 1, 1)).toBe('first\n');
});

test('only the agent that had an attempt may write its log', async () => {
  const { root, platform, agent } = await pair();
  const ref = agent.createLocal(importTask('a'));
  agent.log(ref, 'mine\n');
  await logIs(platform, 1, 'mine\n');
  const { token } = await platform.room.directory.create('gpu-2');
  const other = startAgentRig({ folder: path.join(root, 'other'), url: platform.url, token });
  await online(other);
  other.log(ref, 'mine\nforged\n');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await wholeLog(platform, 1)).toBe('mine\n');
});

test('reports are whole or not there, the last one counts', async () => {
  const { platform, agent } = await pair({ policy: { maxReportBytes: 1000 } });
  const { tasks } = platform.room;
  await expect(tasks.putReport('a', 1, Readable.from(['x']))).rejects.toMatchObject({ retryable: true });
  agent.createLocal(importTask('a'));
  await inState(platform, 'a', 'leased');
  expect(await tasks.openReport(1)).toBeUndefined();
  await tasks.putReport('a', 1, Readable.from([Buffer.from('{"n":1}\n')]));
  await tasks.putReport('a', 1, Readable.from([Buffer.from('{"n":2}\n'), Buffer.from('{"n":3}\n')]));
  const tooLarge = tasks.putReport('a', 1, Readable.from([Buffer.alloc(2000)]));
  await expect(tooLarge).rejects.toMatchObject({ code: 'SLY_TOO_LARGE' });
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('{"n":4}\n');
      throw new Error('the connection broke off');
    })(),
  );
  await expect(tasks.putReport('a', 1, broken)).rejects.toThrow(/broke off/);
  const report = await tasks.openReport(1);
  expect(report === undefined ? '' : await text(report)).toBe('{"n":2}\n{"n":3}\n');
});

test('lane and store agree whatever is lost, repeated or refused on the way', async () => {
  const folder = tempFolder('logs');
  const source = path.join(folder, 'source');
  const ref = { key: 'a', attempt: 1 };
  for (let seed = 1; seed <= 60; seed++) {
    let state = seed;
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const store = createLogStore({ folder, maxBytes: 1 << 30 });
    const content = lines(0, 20_000);
    writeFileSync(source, content);
    const bytes = Buffer.from(content);
    const wire: AgentMessage[] = [];
    const log = {
      size: () => bytes.length,
      read: (offset: number, max: number) => {
        const part = bytes.subarray(offset, offset + max);
        return part.toString('utf8', 0, part.lastIndexOf(10) + 1);
      },
    };
    const lane = createLogLane({
      handlers: { log: () => log, held: () => [ref] },
      send: (message) => wire.push(message),
      retryMs: 1,
    });
    lane.begin([]);
    lane.grew(ref);
    for (let step = 0; step < 5_000 && store.size(seed, 1) < bytes.length; step++) {
      const message = wire.shift();
      if (message === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
      if (message?.type !== 'log') continue;
      const fate = random();
      if (fate < 0.1) {
        // The connection ends with whatever is on its way.
        wire.length = 0;
        lane.end();
        lane.begin(random() < 0.5 ? [{ ...ref, logOffset: store.size(seed, 1) }] : []);
      } else if (fate < 0.2) {
        lane.refused('a.1', true);
      } else {
        // A piece that got lost inside the platform shows as a gap.
        const piece = fate < 0.3 ? { offset: 1 << 29, text: 'x' } : message;
        lane.acknowledged(ref, store.append(seed, 1, piece).wanted);
      }
    }
    lane.end();
    expect(
      readFileSync(path.join(folder, String(seed), '1.ndjson'), 'utf8') === content,
      `seed ${seed}`,
    ).toBe(true);
  }
  expect(existsSync(source)).toBe(true);
});
