/** What the task pages work out for themselves: attempts, log lines, options, the next page, speed. */
import { describe, expect, test } from 'vitest';
import type { TaskHistoryEntry, TaskView } from '../../../web/src/shapes.ts';
import { attemptsOf } from '../../../web/src/tasks/attempts.ts';
import { cutAround, logLineOf, matchesOf } from '../../../web/src/tasks/log-lines.ts';
import { newPress, whyNotAgain } from '../../../web/src/tasks/run-again.ts';
import { readTaskFilter, tasksAddress } from '../../../web/src/tasks/task-filter.ts';
import { noteMove, noteProgress, quietFor, rateOf, timeLeftOf } from '../../../web/src/tasks/task-rates.ts';
import { usedOptions } from '../../../web/src/tasks/used-options.ts';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const entry = (attempt: number, state: TaskHistoryEntry['state'], seconds: number): TaskHistoryEntry => ({
  attempt,
  state,
  at: new Date(T0 + seconds * 1000).toISOString(),
  agentName: state === 'queued' ? null : 'gpu-1',
  failure: null,
});
const taskOf = (changes: Partial<TaskView>): TaskView =>
  ({ id: 1, agentId: 3, progress: null, ...changes }) as TaskView;

describe('attempts', () => {
  test('a phase lasts until the next one, the last until now; an end has no length', () => {
    const entries = [
      entry(1, 'queued', 0),
      entry(1, 'leased', 5),
      entry(1, 'failed', 6),
      entry(2, 'queued', 100),
      entry(2, 'leased', 130),
    ];
    const [first, second] = attemptsOf(entries, T0 + 150_000);
    expect(first).toMatchObject({ number: 1, ms: 6000, state: 'failed', agentName: 'gpu-1' });
    expect(first?.phases.map(({ ms }) => ms)).toEqual([5000, 1000, 0]);
    expect(second?.phases.map(({ ms, going }) => [ms, going])).toEqual([
      [30_000, false],
      [20_000, true],
    ]);
  });
  test('a clock of the browser that is behind makes no negative times; no history makes no attempt', () => {
    expect(attemptsOf([entry(1, 'queued', 0)], T0 - 5000)[0]?.ms).toBe(0);
    expect(attemptsOf([], T0)).toEqual([]);
  });
});

describe('log lines', () => {
  test('JSON, text, and the mark of the agent for lines it left out', () => {
    expect(logLineOf('{"level":"warn","message":"odd"}', 4)).toEqual({
      number: 4,
      level: 'warn',
      time: '',
      text: 'odd',
    });
    expect(logLineOf('Traceback', 0)).toMatchObject({ level: 'info', text: 'Traceback' });
    expect(logLineOf('null', 0)).toMatchObject({ level: 'info', text: 'null' });
    const dropped = '{"level":"warn","message":"12345 lines were dropped here: the log is full (9 bytes)"}';
    expect(logLineOf(dropped, 0)).toMatchObject({
      level: 'dropped',
      text: '12,345 lines dropped: the log is full',
    });
    expect(logLineOf('{"message":"2 lines of text"}', 0).level).toBe('info');
  });
  test('search does not mind the case, nor letters whose length changes with it', () => {
    const lines = ['Read A.jpg', 'nothing', 'a.JPG again a.jpg'].map((text, at) => logLineOf(text, at + 7));
    expect(matchesOf(lines, 'a.jpg')).toEqual([7, 9]);
    expect(matchesOf(lines, '')).toEqual([]);
    expect(cutAround('a.JPG again a.jpg', 'A.jpg')).toEqual(['', 'a.JPG', ' again ', 'a.jpg', '']);
    expect(cutAround('İ a.jpg', 'a.jpg')).toEqual(['İ a.jpg']);
    expect(cutAround('text', '')).toEqual(['text']);
  });
});

test('options: what was set, then the defaults; names of Object are options like others', () => {
  const schema = {
    properties: { masks: { title: 'Masks as', default: 'rle' }, copy: { default: true }, none: {} },
  };
  expect(usedOptions({ masks: 'polygons', constructor: 1 }, schema)).toEqual([
    { name: 'masks', title: 'Masks as', value: 'polygons', isSet: true },
    { name: 'copy', title: 'copy', value: 'true', isSet: false },
    { name: 'constructor', title: 'constructor', value: '1', isSet: true },
  ]);
  expect(usedOptions({}, undefined)).toEqual([]);
});

test('the filter goes through the address and back; nonsense in it is the whole list', () => {
  const filter = { show: 'failed', text: 'a&b=c %', before: 1200 } as const;
  const address = tasksAddress(filter);
  expect(readTaskFilter(new URLSearchParams(address.split('?')[1]))).toEqual(filter);
  const nonsense = readTaskFilter(new URLSearchParams('show=constructor&before=-3'));
  expect(nonsense).toEqual({ show: 'all', text: '', before: 0 });
  expect(tasksAddress(nonsense)).toBe('/tasks');
});

describe('speed', () => {
  test('by items, and anew with each phase', () => {
    const at = (done: number, phase = 'convert') => ({ phase, items: { done, total: 1000 } });
    for (let second = 0; second <= 5; second++) noteProgress(71, at(100 * second), T0 + second * 1000);
    expect(rateOf(71, 'items', T0 + 5000)).toBe(100);
    expect(timeLeftOf(taskOf({ id: 71, progress: at(500) }), T0 + 5000)).toBe(5000);
    noteProgress(71, at(1, 'publish'), T0 + 6000);
    expect(rateOf(71, 'items', T0 + 6000)).toBeUndefined();
    expect(rateOf(72, 'items', T0)).toBeUndefined();
  });
  test('the same numbers again are no progress; a move of the task is a sign of life', () => {
    for (let second = 0; second <= 90; second += 10)
      noteProgress(73, { phase: 'convert', bytes: { done: 5 } }, T0 + second * 1000);
    expect(quietFor(73, T0 + 90_000)).toBe(90_000);
    noteMove(73, T0 + 90_000);
    expect(quietFor(73, T0 + 91_000)).toBe(1000);
  });
});

test('again: not from here for what only its machine has; a key a press', () => {
  const spec = {
    action: 'import',
    source: { kind: 'upload', path: 'a/b' },
    options: { x: 1 },
    projectName: 'P',
    conflict: 'skip',
  } as const;
  expect(whyNotAgain(taskOf({ spec }))).toBeUndefined();
  expect(whyNotAgain(taskOf({ spec: { ...spec, source: { kind: 'blobs', files: [] } } }))).toBeUndefined();
  expect(whyNotAgain(taskOf({ spec: { ...spec, source: { kind: 'path', path: '/x' } } }))).toMatch(/outside/);
  expect(whyNotAgain(taskOf({ spec: { ...spec, source: { kind: 'project', projectId: 1 } } }))).toMatch(
    /Copy/,
  );
  expect(newPress()).toMatch(/^[0-9a-f]{32}$/);
  expect(newPress()).not.toBe(newPress());
});
