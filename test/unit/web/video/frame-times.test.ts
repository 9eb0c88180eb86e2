import { expect, test } from 'vitest';
import { clock, createFrameTimes } from '../../../../web/src/projects/video/frame-times.ts';

test('a variable rate: every frame is found by any time within it', () => {
  const starts = [0, 0.1, 0.2, 0.3, 1, 1.1, 1.2];
  const times = createFrameTimes({ count: 7, times: starts, duration: 1.3 });
  for (const [frame, start] of starts.entries()) {
    expect(times.start(frame)).toBe(start);
    expect(times.at(start)).toBe(frame);
    expect(times.at(times.middle(frame))).toBe(frame);
    expect(times.nearest(start + 0.001)).toBe(frame);
    expect(times.nearest(start - 0.001)).toBe(frame);
  }
  expect(times.at(0.99)).toBe(3);
  expect(times.nearest(0.99)).toBe(4);
  expect(times.at(-1)).toBe(0);
  expect(times.at(99)).toBe(6);
  expect(times.middle(6)).toBeCloseTo(1.25);
});

test('a file that begins later than 0 begins with its first frame', () => {
  const times = createFrameTimes({ count: 3, times: [2, 2.04, 2.08], duration: 2.12 });
  expect(times.at(0)).toBe(0);
  expect(times.nearest(0)).toBe(0);
  expect(times.at(2.05)).toBe(1);
});

test('without times frames are as long as each other; without a length they are of 25 a second', () => {
  const even = createFrameTimes({ count: 10, times: null, duration: 5 });
  expect(even.start(4)).toBeCloseTo(2);
  expect(even.at(even.middle(9))).toBe(9);
  expect(createFrameTimes({ count: 5, times: null, duration: 0 }).start(1)).toBeCloseTo(0.04);
});

test('figures beyond the frames of the file have times too; an empty video has a frame', () => {
  const times = createFrameTimes({ count: 6, times: [0, 0.5, 1], duration: 1.5 });
  expect(times.start(4)).toBeCloseTo(2);
  expect(times.at(times.middle(5))).toBe(5);
  const nothing = createFrameTimes({ count: 0, times: [], duration: 0 });
  expect(nothing.count).toBe(1);
  expect(nothing.at(3)).toBe(0);
  expect(Number.isFinite(nothing.middle(0))).toBe(true);
});

test('two frames at one time do not make a step that goes nowhere', () => {
  const times = createFrameTimes({ count: 4, times: [0, 0.1, 0.1, 0.2], duration: 0.3 });
  expect(times.at(times.middle(2))).toBe(2);
  expect(times.at(times.middle(3))).toBe(3);
});

test('a million frames are found at once', () => {
  const starts = Array.from({ length: 1_000_000 }, (_, at) => at / 30);
  const times = createFrameTimes({ count: starts.length, times: starts, duration: starts.length / 30 });
  for (const frame of [0, 1, 499_999, 999_999]) expect(times.at(times.middle(frame))).toBe(frame);
});

test('times as a person reads them', () => {
  expect([0, 1.0004, 59.9996, 61.5, 3661.25, -1].map(clock)).toEqual([
    '0:00.000',
    '0:01.000',
    '1:00.000',
    '1:01.500',
    '1:01:01.250',
    '0:00.000',
  ]);
});
