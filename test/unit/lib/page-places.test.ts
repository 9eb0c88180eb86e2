import { expect, test } from 'vitest';
import { createPagePlaces } from '../../../src/lib/page-places.ts';

function open() {
  let now = 0;
  const places = createPagePlaces<string>(() => now);
  return { places, wait: (ms: number) => (now += ms) };
}

test('the next page and the last one again are known, others are not', () => {
  const { places } = open();
  places.read('list', 1, 'second');
  expect(places.startOf('list', 2)).toBe('second');
  places.read('list', 2, 'third');
  expect([1, 2, 3, 4].map((page) => places.startOf('list', page))).toEqual([
    undefined,
    'second',
    'third',
    undefined,
  ]);
  expect(places.startOf('another', 3)).toBeUndefined();
});

test('a page in the middle changes nothing; the first one begins anew', () => {
  const { places } = open();
  places.read('list', 1, 'second');
  places.read('list', 7, 'eighth');
  expect([places.startOf('list', 8), places.startOf('list', 2)]).toEqual([undefined, 'second']);
  places.read('list', 1, 'other second');
  expect(places.startOf('list', 2)).toBe('other second');
  places.forget('list');
  expect(places.startOf('list', 2)).toBeUndefined();
});

test('a list that nobody reads on is forgotten after a minute, the longest untouched of a thousand at once', () => {
  const { places, wait } = open();
  places.read('slow', 1, 'second');
  wait(59_000);
  places.read('slow', 2, 'third');
  wait(59_000);
  expect(places.startOf('slow', 3)).toBe('third');
  wait(1000);
  expect(places.startOf('slow', 3)).toBeUndefined();
  for (let at = 0; at <= 1000; at++) places.read(`list ${at}`, 1, `${at}`);
  expect([places.startOf('list 0', 2), places.startOf('list 1', 2)]).toEqual([undefined, '1']);
});
