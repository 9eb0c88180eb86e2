import { expect, test } from 'vitest';
import { createItemPages, type PageRequest } from '../../../web/src/projects/item-pages.ts';

const PER_PAGE = 10;

/** A list of `total` items with ids from 1, which remembers what it was asked. */
function setUp(total: number, most = 5) {
  const asked: PageRequest[] = [];
  let waiting: (() => void)[] = [];
  const failures: string[] = [];
  let broken = false;
  const pages = createItemPages<{ id: number }>({
    perPage: PER_PAGE,
    most,
    changed: () => undefined,
    failed: (error) => failures.push(error.message),
    async fetchPage(request, signal) {
      asked.push(request);
      await new Promise<void>((resolve) => waiting.push(resolve));
      signal.throwIfAborted();
      if (broken) throw new Error('broken');
      const start =
        request.after === undefined ? ((request.page ?? 1) - 1) * PER_PAGE : Number(request.after);
      const length = Math.max(0, Math.min(PER_PAGE, total - start));
      return { total, entities: Array.from({ length }, (_, k) => ({ id: start + k + 1 })) };
    },
  });
  async function answer(): Promise<void> {
    for (const go of waiting) go();
    waiting = [];
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { pages, asked, answer, failures, breakIt: (on: boolean) => (broken = on) };
}

test('the next chunk by the token of the one before, a far one by its page', async () => {
  const { pages, asked, answer } = setUp(1000);
  pages.want(0, 5);
  pages.want(0, 5);
  expect(asked).toHaveLength(1);
  await answer();
  expect(pages.total()).toBe(1000);
  expect(pages.get(9)).toEqual({ id: 10 });
  pages.want(8, 15);
  await answer();
  pages.want(500, 505);
  await answer();
  expect(pages.get(503)).toEqual({ id: 504 });
  expect(asked).toEqual([
    { per_page: PER_PAGE, pagination_mode: 'token' },
    { per_page: PER_PAGE, pagination_mode: 'token', after: '10' },
    { per_page: PER_PAGE, page: 51 },
  ]);
});

test('what went out of view is given up, what was seen long ago forgotten and asked for again', async () => {
  const { pages, asked, answer } = setUp(1000, 2);
  pages.want(0, 5);
  pages.want(900, 905);
  await answer();
  expect(pages.get(0)).toBeUndefined();
  expect(pages.get(900)).toEqual({ id: 901 });
  pages.want(0, 25);
  await answer();
  expect(pages.get(900)).toBeUndefined();
  const before = asked.length;
  pages.want(900, 905);
  await answer();
  expect(asked.length).toBe(before + 1);
});

test('a failure is told, and wanting it again asks again', async () => {
  const { pages, answer, failures, breakIt } = setUp(1000);
  breakIt(true);
  pages.want(0, 5);
  await answer();
  expect(failures).toEqual(['broken']);
  breakIt(false);
  pages.want(0, 5);
  await answer();
  expect(pages.get(0)).toEqual({ id: 1 });
  pages.close();
  pages.want(100, 105);
  await answer();
  expect(pages.get(100)).toBeUndefined();
});
