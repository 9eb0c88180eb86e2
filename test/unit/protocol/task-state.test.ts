import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/lib/version.ts';
import {
  assertMove,
  canMove,
  isActive,
  isFinal,
  TASK_MOVES,
  TASK_STATES,
} from '../../../src/protocol/task-state.ts';

test('the diagram in ARCHITECTURE.md and the table of moves are the same', () => {
  const text = readFileSync(path.join(packageRoot(), 'ARCHITECTURE.md'), 'utf8');
  const diagram = /stateDiagram-v2\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const drawn = [...diagram.matchAll(/^\s*(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} -> ${to}`);
  const table = Object.entries(TASK_MOVES).flatMap(([from, moves]) => moves.map((to) => `${from} -> ${to}`));
  expect(drawn.sort()).toEqual(table.sort());
  expect(diagram).toContain('[*] --> queued');
});

test('every state is final, active or queued, and only one of them', () => {
  for (const state of TASK_STATES) {
    expect([isFinal(state), isActive(state), state === 'queued'].filter(Boolean)).toHaveLength(1);
  }
});

test('every active state may end or go back to the queue', () => {
  for (const state of TASK_STATES.filter(isActive)) {
    for (const to of ['queued', 'failed', 'canceled'] as const) expect(canMove(state, to)).toBe(true);
  }
});

test('a move that is not in the table is refused with both states named', () => {
  expect(() => assertMove('succeeded', 'fetching', 'k')).toThrow(/succeeded -> fetching/);
});
