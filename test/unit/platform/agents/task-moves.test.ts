/** Moves of tasks under the clock of the test, against a real database. */
import path from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import { find } from '../../../../src/platform/agents/apply-event.ts';
import { applyEvents } from '../../../../src/platform/agents/event-lane.ts';
import { createLeaseKeeper } from '../../../../src/platform/agents/leases.ts';
import { DEFAULT_POLICY } from '../../../../src/platform/agents/policy.ts';
import type { AgentsTables } from '../../../../src/platform/agents/tables.ts';
import { askCancel, insertTask, leaseTo, retry } from '../../../../src/platform/agents/task-moves.ts';
import { createTaskReader } from '../../../../src/platform/agents/task-reader.ts';
import { createTaskWriter } from '../../../../src/platform/agents/task-writer.ts';
import { openDatabase } from '../../../../src/platform/store/database.ts';
import type { AgentEvent } from '../../../../src/protocol/link.ts';
import { canMove, isActive, isFinal, TASK_STATES } from '../../../../src/protocol/task-state.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

function open() {
  const database = openDatabase(path.join(tempFolder('moves'), 'platform.sqlite'));
  onTestFinished(() => database.close());
  const db = database.kysely.withTables<AgentsTables>();
  let now = 1_000_000;
  const clock: Clock = { now: () => now, sleep: async () => undefined };
  const policy = DEFAULT_POLICY;
  const writer = createTaskWriter({ db, clock, policy, onCommitted: async () => undefined });
  const leases = createLeaseKeeper({ db, writer, clock, policy });
  const reader = createTaskReader(db);
  return {
    db,
    writer,
    reader,
    leases,
    tick: (ms: number) => {
      now += ms;
    },
    async agent(name: string) {
      const values = { name, token_hash: name, journal_id: 'j', created_at: now };
      return (await db.insertInto('agents').values(values).returning('id').executeTakeFirstOrThrow()).id;
    },
    add: (key: string, pinnedAgentId: number | null = null) =>
      writer.write((ctx) => insertTask(ctx, { task: taskOf(key), pinnedAgentId, workspaceId: null })),
    lease: (key: string, agentId: number) =>
      writer.write(async (ctx) => leaseTo(ctx, (await find(ctx, key))!, agentId)),
    events: (agentId: number, seq: number, ...events: AgentEvent[]) =>
      applyEvents(
        writer,
        { agentId, journalId: 'j', mayAdopt: () => true },
        events.map((event, at) => ({ seq: seq + at, event })),
      ),
  };
}

const taskOf = (key: string) => ({
  key,
  title: key,
  priority: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  spec: { action: 'export' as const, projectId: 1, plugin: 'coco', options: {} },
});

const stateEvent = (key: string, attempt: number, state: (typeof TASK_STATES)[number]): AgentEvent => ({
  type: 'task.state',
  key,
  attempt,
  state,
  at: '2026-01-01T00:00:00.000Z',
});

test('a lease lapses after LEASE_MS, a pinned one after a day', async () => {
  const room = open();
  const agentId = await room.agent('a');
  await room.add('free');
  await room.add('pinned', agentId);
  await room.lease('free', agentId);
  await room.lease('pinned', agentId);
  expect(await room.leases.sweep()).toEqual([]);
  for (let ms = 0; ms <= DEFAULT_POLICY.leaseMs; ms += 5_000) {
    expect(await room.leases.sweep()).toEqual([]);
    room.tick(5_000);
  }
  expect(await room.leases.sweep()).toEqual([{ agentId, ref: { key: 'free', attempt: 1 } }]);
  expect(await room.reader.byKey('free')).toMatchObject({ state: 'queued', attempt: 2, lost: 1 });
  expect(await room.reader.byKey('pinned')).toMatchObject({ state: 'leased', attempt: 1 });
});

test('time in which the platform slept counts for nobody', async () => {
  const room = open();
  const agentId = await room.agent('a');
  await room.add('task');
  await room.lease('task', agentId);
  await room.leases.sweep();
  room.tick(10 * DEFAULT_POLICY.leaseMs);
  expect(await room.leases.sweep()).toEqual([]);
  expect(await room.reader.byKey('task')).toMatchObject({ state: 'leased' });
});

test('an event is applied once, whatever is repeated, and a batch shares one commit', async () => {
  const room = open();
  const agentId = await room.agent('a');
  await room.add('task');
  await room.lease('task', agentId);
  const steps = (['fetching', 'converting', 'publishing', 'succeeded'] as const).map((state) =>
    stateEvent('task', 1, state),
  );
  expect(await room.events(agentId, 1, ...steps.slice(0, 3))).toEqual({ ackSeq: 3, problems: [] });
  expect(await room.events(agentId, 2, ...steps.slice(1))).toEqual({ ackSeq: 4, problems: [] });
  expect(await room.events(agentId, 1, ...steps)).toEqual({ ackSeq: 4, problems: [] });
  expect(await room.reader.history(1)).toHaveLength(6);
});

test('an event the database refuses is skipped with a reason, its half-done work undone', async () => {
  const room = open();
  const agentId = await room.agent('a');
  const task = { ...taskOf('bad'), priority: 1e300 };
  const good = taskOf('good');
  const { ackSeq, problems } = await room.events(
    agentId,
    1,
    { type: 'task.created', task },
    { type: 'task.created', task: good },
  );
  expect(ackSeq).toBe(2);
  expect(problems).toMatchObject([{ seq: 1 }]);
  expect(await room.reader.byKey('bad')).toBeUndefined();
  expect(await room.reader.byKey('good')).toMatchObject({ state: 'leased' });
});

test('another journal of the same agent is not mistaken for the old one', async () => {
  const room = open();
  const agentId = await room.agent('a');
  await room.db.updateTable('agents').set({ journal_id: 'other' }).execute();
  await expect(room.events(agentId, 1, { type: 'task.created', task: taskOf('x') })).rejects.toThrow(
    /journal/,
  );
});

test('whatever happens in whatever order, the history follows the table of moves', async () => {
  const action = fc.oneof(
    fc.record({
      do: fc.constant('event' as const),
      agent: fc.integer({ min: 1, max: 2 }),
      attempt: fc.integer({ min: 1, max: 4 }),
      state: fc.constantFrom(...TASK_STATES),
      retryable: fc.boolean(),
    }),
    fc.record({
      do: fc.constantFrom('lease', 'cancel', 'retry', 'lapse'),
      agent: fc.integer({ min: 1, max: 2 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
      const room = open();
      const agents = [await room.agent('a'), await room.agent('b')];
      await room.add('task');
      await room.leases.sweep();
      const seqs = [0, 0];
      for (const one of actions) {
        const agentId = agents[one.agent - 1] ?? 0;
        const before = (await room.reader.byKey('task'))!;
        if (one.do === 'event') {
          const failure = { code: 'X', title: 'x', detail: 'x', retryable: one.retryable };
          const event = { ...stateEvent('task', one.attempt, one.state), failure } as AgentEvent;
          seqs[one.agent - 1]!++;
          await room.events(agentId, seqs[one.agent - 1]!, event);
          const after = (await room.reader.byKey('task'))!;
          const mayMove = before.attempt === one.attempt && (before.agent_id ?? agentId) === agentId;
          if (!mayMove || isFinal(before.state)) expect(after).toEqual(before);
        } else if (one.do === 'lease' && before.state === 'queued') await room.lease('task', agentId);
        else if (one.do === 'cancel') await room.writer.write((ctx) => askCancel(ctx, before, 'x'));
        else if (one.do === 'retry' && ['failed', 'canceled'].includes(before.state))
          await room.writer.write((ctx) => retry(ctx, before));
        else if (one.do === 'lapse') {
          for (let n = 0; n < 30; n++) {
            await room.leases.sweep();
            room.tick(5_000);
          }
          await room.leases.sweep();
        }
        const row = (await room.reader.byKey('task'))!;
        expect(row.lease_until !== null).toBe(isActive(row.state));
        expect(row.attempt).toBeGreaterThanOrEqual(before.attempt);
        expect((await room.reader.running()).length).toBe(isActive(row.state) ? 1 : 0);
      }
      const history = await room.reader.history(1);
      for (const [at, entry] of history.entries()) {
        const previous = history[at - 1];
        if (previous !== undefined) expect(canMove(previous.state, entry.state)).toBe(true);
      }
    }),
    { numRuns: 25 },
  );
});
