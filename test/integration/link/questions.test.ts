/** Questions of the platform over a real link, and what an older or a strange agent does with them. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { QuestionHandlers } from '../../../src/agent/link/link-handlers.ts';
import { SlyError } from '../../../src/lib/errors.ts';
import { LINK_PATH, SUBPROTOCOL } from '../../../src/protocol/link.ts';
import type { Machine } from '../../../src/protocol/machine.ts';
import { eventually } from '../../support/daemon-process.ts';
import { importTask, inState, PATIENT_POLICY, type PlatformRig, pair } from '../../support/link-rig.ts';

const DOCTOR = { running: null, last: null };
const MACHINE: Machine = {
  at: '2026-01-01T00:00:00.000Z',
  cpus: 2,
  load: [0.5, 0.4, 0.3],
  memory: { availableBytes: 1, totalBytes: 2 },
  fileSystems: [{ holds: ['data', 'temp'], freeBytes: 1, totalBytes: 2, freeFiles: null }],
  gpus: { state: 'none', detail: 'not installed', cards: [] },
  isolation: { kind: 'docker', facts: [{ name: 'Network', value: 'none', enforced: true }] },
};

const asking = (questions: QuestionHandlers) =>
  pair({ policy: { ...PATIENT_POLICY, listMs: 2_000 }, handlers: { questions } });

describe('a question', () => {
  test('is answered, each its own, also several at once', async () => {
    const { platform, agentId } = await asking({
      'doctor.state': async () => {
        await delay(50);
        return DOCTOR;
      },
      'folder.retry': ({ name }) => ({ accepted: name }),
    });
    const { directory } = platform.room;
    const [doctor, a, b] = await Promise.all([
      directory.ask(agentId, 'doctor.state', {}),
      directory.ask(agentId, 'folder.retry', { name: 'a' }),
      directory.ask(agentId, 'folder.retry', { name: 'b' }),
    ]);
    expect([doctor, a, b]).toEqual([
      { answer: DOCTOR },
      { answer: { accepted: 'a' } },
      { answer: { accepted: 'b' } },
    ]);
  });

  test('what the agent refuses comes back in its own words', async () => {
    const { platform, agentId } = await asking({
      'doctor.run': () => {
        throw new SlyError('SLY_TOO_MANY', { detail: 'one runs', hint: 'Wait.' });
      },
    });
    const { failure } = await platform.room.directory.ask(agentId, 'doctor.run', { security: true });
    expect(failure).toMatchObject({ code: 'SLY_TOO_MANY', detail: 'one runs', hint: 'Wait.' });
  });

  test('an agent that does not know it is not asked', async () => {
    const { platform, agentId } = await asking({ 'doctor.state': () => DOCTOR });
    await expect(platform.room.directory.ask(agentId, 'settings', {})).rejects.toMatchObject({
      code: 'SLY_NOT_FOUND',
      hint: expect.stringContaining('update it'),
    });
  });

  test('an agent that is away, goes away, is silent or answers something else is told apart', async () => {
    const silent = new Promise<never>(() => undefined);
    const { platform, agentId, agent } = await asking({
      'doctor.state': () => silent,
      settings: () => ({ file: 7, settings: 'none' }) as never,
      retention: () => silent,
    });
    const { directory } = platform.room;
    await expect(directory.ask(agentId, 'doctor.state', {})).rejects.toMatchObject({ code: 'SLY_TIMEOUT' });
    await expect(directory.ask(agentId, 'settings', {})).rejects.toMatchObject({ code: 'SLY_BAD_MESSAGE' });
    const asked = directory.ask(agentId, 'retention', {});
    const ended = expect(asked).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
    await agent.stop();
    await ended;
    await expect(directory.ask(agentId, 'retention', {})).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
    await expect(directory.ask(4711, 'retention', {})).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
  });

  test('an answer larger than a frame is a failure, and the link goes on', async () => {
    const { platform, agentId, agent } = await asking({
      'folder.retry': () => ({ accepted: 'x'.repeat(2 << 20) }),
      'doctor.state': () => DOCTOR,
    });
    const { directory } = platform.room;
    const { failure } = await directory.ask(agentId, 'folder.retry', { name: 'a' });
    expect(failure?.code).toBe('SLY_TOO_LARGE');
    expect(await directory.ask(agentId, 'doctor.state', {})).toEqual({ answer: DOCTOR });
    expect(agent.link.status().status).toBe('online');
  });
});

/** An agent in its own words, on a bare socket. */
async function strange(platform: PlatformRig, name: string, hello: object) {
  const { id, token } = await platform.room.directory.create(name);
  const ws = new WebSocket(`${platform.url.replace('http', 'ws')}${LINK_PATH}`, SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
  });
  const heard: Record<string, unknown>[] = [];
  ws.on('message', (data) => heard.push(JSON.parse(String(data)) as Record<string, unknown>));
  await new Promise((resolve) => ws.once('open', resolve));
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
  const send = (message: object): void => ws.send(JSON.stringify(message));
  send({
    type: 'hello',
    protocol: 1,
    agentName: name,
    version: '0.0.1',
    instanceId: 'i',
    attempts: [],
    plugins: [],
    telemetry,
    ...hello,
  });
  await eventually(() => heard.find((message) => message.type === 'welcome'));
  return { id, ws, heard, send, telemetry };
}

test('an older agent names no question and tells no machine: it goes on as before', async () => {
  const { platform } = await asking({});
  const { id, ws, heard, send, telemetry } = await strange(platform, 'old', {});
  send({ type: 'heartbeat', leases: [], telemetry });
  await eventually(() => heard.find((message) => message.type === 'beat'));
  await expect(platform.room.directory.ask(id, 'doctor.state', {})).rejects.toMatchObject({
    code: 'SLY_NOT_FOUND',
  });
  expect((await platform.room.directory.get(id))?.telemetry?.machine).toBeUndefined();
  expect(heard.map((message) => message.type)).not.toContain('ask');
  ws.close();
});

test('an answer to nobody, twice, or of another agent has no effect', async () => {
  const { platform } = await asking({});
  const { id, ws, heard, send } = await strange(platform, 'one', { questions: ['doctor.state'] });
  send({ type: 'answer', id: 'nobody asked', answer: {} });
  const asked = platform.room.directory.ask(id, 'doctor.state', {});
  const ask = await eventually(() => heard.find((message) => message.type === 'ask'));
  const other = await strange(platform, 'other', {});
  other.send({ type: 'answer', id: ask.id, answer: { running: 'forged' } });
  for (const answer of [DOCTOR, { running: 'late' }]) send({ type: 'answer', id: ask.id, answer });
  expect(await asked).toEqual({ answer: DOCTOR });
  for (const one of [ws, other.ws]) one.close();
});

test('what the agent is asked is checked there too', async () => {
  const { answerQuestion } = await import('../../../src/agent/link/answer-question.ts');
  const asked: unknown[] = [];
  const questions: QuestionHandlers = {
    'cleanUp.remove': (input) => {
      asked.push(input);
      return { removed: 0, bytes: 0, left: [] };
    },
  };
  for (const [question, input, code] of [
    ['cleanUp.remove', { token: '/etc', classes: ['../..'] }, 'SLY_BAD_MESSAGE'],
    ['cleanUp.remove', { token: 'x'.repeat(1000), classes: [] }, 'SLY_BAD_MESSAGE'],
    ['cleanUp.remove', null, 'SLY_BAD_MESSAGE'],
    ['constructor', {}, 'SLY_NOT_FOUND'],
    ['__proto__', {}, 'SLY_NOT_FOUND'],
    ['rm -rf /', {}, 'SLY_NOT_FOUND'],
    ['settings', {}, 'SLY_NOT_FOUND'],
  ] as const) {
    const answer = await answerQuestion({ id: '1', question, with: input }, { questions });
    expect([question, answer]).toMatchObject([question, { type: 'answer', id: '1', failure: { code } }]);
  }
  expect(asked).toEqual([]);
});

test('the machine and the clock travel with the heartbeat', async () => {
  const { platform, agentId, agent } = await asking({});
  agent.telemetry.machine = MACHINE;
  const seen = await eventually(async () => {
    const view = await platform.room.directory.get(agentId);
    return view?.telemetry?.machine;
  });
  expect(seen).toEqual(MACHINE);
  const clock = await eventually(() => agent.link.status().clock ?? undefined);
  expect(Math.abs(clock.skewMs)).toBeLessThanOrEqual(clock.roundTripMs + 1);
});

test('whether the platform has all of a log is known, also after the attempt has ended', async () => {
  const { platform, agent } = await asking({});
  const ref = agent.createLocal(importTask('told'));
  agent.log(ref, '{"message":"a line"}\n');
  expect(agent.link.logWaits(ref)).toBe(true);
  agent.fail(ref, false);
  await inState(platform, 'told', 'failed');
  await eventually(() => (agent.link.logWaits(ref) ? undefined : true));
  await platform.stop();
  agent.log(ref, '{"message":"one more"}\n');
  expect(agent.link.logWaits(ref)).toBe(true);
  expect(agent.link.logWaits({ key: 'unknown', attempt: 1 })).toBe(false);
});
