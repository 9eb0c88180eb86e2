import { expect, test } from 'vitest';
import { stretch } from '../../../../src/platform/pictures/stretch.ts';

const numbers = (values: number[], more: { channels?: number; hasAlpha?: boolean } = {}) => {
  const channels = more.channels ?? 1;
  return {
    data: Float32Array.from(values),
    width: values.length / channels,
    height: 1,
    channels,
    hasAlpha: more.hasAlpha ?? false,
  };
};

test('from the least to the most, a few that stand out do not matter', () => {
  const ramp = Array.from({ length: 1000 }, (_, at) => 500 + at);
  ramp[3] = 65_535;
  const { data, channels } = stretch(numbers(ramp));
  expect(channels).toBe(1);
  expect(data[0]).toBe(0);
  expect(data[3]).toBe(255);
  expect(data[999]).toBe(255);
  expect(Math.abs(data[500]! - 128)).toBeLessThan(3);
});

test('one value is black, a mask of few pixels is seen, what is no number is black', () => {
  expect([...stretch(numbers([7, 7, 7])).data]).toEqual([0, 0, 0]);
  const mask = Array.from({ length: 10_000 }, (_, at) => (at === 5 ? 1 : 0));
  expect(stretch(numbers(mask)).data[5]).toBe(255);
  expect([...stretch(numbers([Number.NaN, 0, 1, Number.POSITIVE_INFINITY])).data]).toEqual([0, 0, 255, 255]);
});

test('three of five channels, alpha left out, two become one', () => {
  expect(stretch(numbers([0, 10, 20, 99, 99], { channels: 5 })).channels).toBe(3);
  expect([...stretch(numbers([0, 10, 20, 99, 5, 5, 5, 0], { channels: 4, hasAlpha: true })).data]).toEqual([
    0, 128, 255, 64, 64, 64,
  ]);
  expect([...stretch(numbers([0, 99, 10, 99], { channels: 2, hasAlpha: true })).data]).toEqual([0, 255]);
});
