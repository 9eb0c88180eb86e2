import { expect, test } from 'vitest';
import type { LiveAgent } from '../../../../src/platform/agents/live-agents.ts';
import type { NamedTaskRow } from '../../../../src/platform/agents/task-reader.ts';
import {
  busyBecause,
  type WaitingFacts,
  waitingBecause,
} from '../../../../src/platform/agents/waiting-reason.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');

function agent(changes: Partial<LiveAgent> = {}): LiveAgent {
  return {
    agentId: 1,
    name: 'gpu-1',
    instanceId: 'i',
    plugins: new Set(['coco']),
    questions: new Set(),
    ready: true,
    draining: false,
    telemetry: {
      load1: 0,
      rssBytes: 0,
      diskFreeBytes: 0,
      diskTotalBytes: 0,
      slots: { cpu: 1, busy: 0 },
      outbox: 0,
      state: 'ready',
      isolation: '',
    },
    held: new Set(),
    lastFrameAt: NOW,
    send: () => undefined,
    close: () => undefined,
    ...changes,
  };
}

function row(changes: Partial<NamedTaskRow> = {}): NamedTaskRow {
  return {
    id: 1,
    key: 'a',
    title: 'a',
    priority: 0,
    spec: '{}',
    wanted_plugin: 'coco',
    workspace_id: null,
    team_id: null,
    created_by: null,
    pinned_agent_id: null,
    state: 'queued',
    attempt: 1,
    agent_id: null,
    lease_until: null,
    not_before: null,
    cancel_reason: null,
    plugin: null,
    because: null,
    failure: null,
    result: null,
    lost: 0,
    retries: 0,
    created_at: NOW,
    updated_at: NOW,
    started_at: null,
    ended_at: null,
    agent_name: null,
    pinned_name: null,
    ...changes,
  };
}

const facts = (changes: Partial<WaitingFacts> = {}): WaitingFacts => ({
  now: NOW,
  connected: [agent()],
  refusals: [],
  lastSeen: () => null,
  ...changes,
});

test.each<[string, NamedTaskRow, WaitingFacts, string | null]>([
  ['free agent', row(), facts(), 'it is offered to an agent next'],
  ['offered', row(), facts({ offeredTo: 'gpu-9' }), 'offered to agent gpu-9, which has not answered yet'],
  ['nobody', row(), facts({ connected: [] }), 'no agent is connected'],
  ['plugin', row({ wanted_plugin: 'kitti' }), facts(), 'no connected agent has the plugin kitti'],
  ['any plugin', row({ wanted_plugin: null }), facts(), 'it is offered to an agent next'],
  [
    'back-off',
    row({
      not_before: NOW + 4_200,
      failure: JSON.stringify({ title: 'It took longer than allowed', detail: 'x' }),
    }),
    facts(),
    'it is tried again in 5 s, because the last attempt failed: It took longer than allowed: x',
  ],
  [
    'pinned, away',
    row({ pinned_agent_id: 7, pinned_name: 'nas' }),
    facts({ lastSeen: () => NOW }),
    'only agent nas has its source, and it is not connected (last heard of at 2026-01-01T00:00:00.000Z)',
  ],
  [
    'pinned, without the plugin',
    row({ pinned_agent_id: 1, wanted_plugin: 'kitti' }),
    facts(),
    'only agent gpu-1 has its source, and it does not have the plugin kitti',
  ],
  [
    'all busy',
    row(),
    facts({ connected: [agent({ draining: true }), agent({ name: 'gpu-2', held: new Set(['x.1']) })] }),
    'agent gpu-1 is draining; agent gpu-2 has no free slot (1 held)',
  ],
  [
    'refused',
    row(),
    facts({ refusals: [{ agentName: 'gpu-1', reason: 'no' }] }),
    'agent gpu-1 did not take it: no',
  ],
  ['held and well', row({ state: 'converting', agent_id: 1, agent_name: 'gpu-1' }), facts(), null],
  [
    'held, cancel asked',
    row({ state: 'converting', agent_id: 1, agent_name: 'gpu-1', cancel_reason: 'x' }),
    facts(),
    'agent gpu-1 was asked to cancel it',
  ],
  [
    'held by who is away',
    row({ state: 'converting', agent_id: 2, agent_name: 'nas', lease_until: NOW }),
    facts(),
    'agent nas, which works on it, is not connected; it may come back until 2026-01-01T00:00:00.000Z',
  ],
  ['ended', row({ state: 'failed' }), facts(), null],
])('%s', (_name, task, given, expected) => {
  expect(waitingBecause(task, given)).toBe(expected);
});

test('each state but ready says why', () => {
  for (const state of ['draining', 'disk-low', 'no-runner'] as const)
    expect(busyBecause(agent({ telemetry: { ...agent().telemetry, state } }))).toMatch(/^(is|has) /);
  expect(busyBecause(agent())).toBeUndefined();
});
