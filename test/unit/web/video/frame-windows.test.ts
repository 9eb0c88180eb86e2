import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  createFrameWindows,
  type FrameWindowsOptions,
} from '../../../../web/src/projects/video/frame-windows.ts';

/** A server with the figure `f<frame>` in every even frame, which answers when it is told to, `most` frames at once. */
function setUp(options: Partial<FrameWindowsOptions<string>> & { most?: number; answers?: number } = {}) {
  const { answers = Number.POSITIVE_INFINITY, ...given } = options;
  const asked: [number, number][] = [];
  const aborted: number[] = [];
  const waiting: (() => void)[] = [];
  const failures: Error[] = [];
  let changes = 0;
  const windows = createFrameWindows<string>({
    count: 1000,
    size: 10,
    changed: () => changes++,
    failed: (error) => failures.push(error),
    fetchFrames: (from, to, signal) =>
      new Promise((resolve, reject) => {
        asked.push([from, to]);
        signal.addEventListener('abort', () => {
          aborted.push(from);
          reject(new Error('aborted'));
        });
        waiting.push(() => {
          const end = Math.min(to, from + answers);
          const frames = [];
          for (let index = from; index < end; index++)
            if (index % 2 === 0) frames.push({ index, figures: [`f${index}`] });
          resolve({ to: end, frames });
        });
      }),
    ...given,
  });
  async function answerAll(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next();
      await turn();
    }
  }
  return { windows, asked, aborted, failures, changes: () => changes, answerAll };
}

test('the window of the frame, then the next one; a frame without figures is known to have none', async () => {
  const { windows, asked, answerAll } = setUp();
  windows.want(13);
  expect(windows.get(13)).toBeUndefined();
  await answerAll();
  expect(asked).toEqual([
    [10, 20],
    [20, 30],
  ]);
  expect(windows.get(14)).toEqual(['f14']);
  expect(windows.get(13)).toEqual([]);
  windows.want(14);
  windows.want(15);
  await answerAll();
  expect(asked).toHaveLength(2);
});

test('replies that end early are gone on with, to the wanted frame and beyond', async () => {
  const { windows, asked, answerAll } = setUp({ answers: 3 });
  windows.want(8);
  await answerAll();
  expect(windows.get(8)).toEqual(['f8']);
  expect(asked.slice(0, 4)).toEqual([
    [0, 10],
    [3, 10],
    [6, 10],
    [9, 10],
  ]);
  expect(windows.get(17)).toEqual([]);
});

test('a jump gives up what is being asked for, and asks for what is there now', async () => {
  const { windows, asked, aborted, answerAll } = setUp();
  windows.want(0);
  windows.want(500);
  expect(aborted).toEqual([0]);
  await answerAll();
  expect(asked[1]).toEqual([500, 510]);
  expect(windows.get(500)).toEqual(['f500']);
  // Within what is on its way nothing is given up.
  windows.want(700);
  windows.want(705);
  expect(aborted).toEqual([0]);
});

test('what is far is forgotten', async () => {
  const { windows, asked, answerAll } = setUp({ most: 4 });
  for (let frame = 0; frame < 300; frame += 5) {
    windows.want(frame);
    await answerAll();
  }
  expect(windows.get(290)).toBeDefined();
  expect(windows.get(0)).toBeUndefined();
  const before = asked.length;
  windows.want(0);
  await answerAll();
  expect(asked.length).toBeGreaterThan(before);
  expect(windows.get(0)).toEqual(['f0']);
});

test('it ends with the video; a failure is told, and the next frame tries again', async () => {
  const { windows, asked, answerAll } = setUp({ count: 14 });
  windows.want(12);
  await answerAll();
  expect(asked).toEqual([[10, 14]]);

  let fails = true;
  const second = setUp({
    fetchFrames: async (from, to) => {
      if (fails) throw new Error('no network');
      return { to, frames: [{ index: from, figures: ['x'] }] };
    },
  });
  second.windows.want(0);
  await turn();
  expect(second.failures.map(String)).toEqual(['Error: no network']);
  fails = false;
  second.windows.want(1);
  await turn();
  expect(second.windows.get(0)).toEqual(['x']);
  second.windows.close();
});
