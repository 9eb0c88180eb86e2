import { expect, test } from 'vitest';
import { getField, setField } from '../../../../src/platform/api/tasks/task-fields.ts';

const parse = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

test('a field is replaced, added to, or merged deep', () => {
  const data = { a: { x: 1, deep: { one: 1 } } };
  const payload = { deep: { two: 2 } };
  expect(setField(data, { field: 'a', payload })).toEqual({ a: payload });
  expect(setField(data, { field: 'a', payload, append: true })).toEqual({ a: { x: 1, deep: { two: 2 } } });
  expect(setField(data, { field: 'a', payload, append: true, recursive: true })).toEqual({
    a: { x: 1, deep: { one: 1, two: 2 } },
  });
  expect(data).toEqual({ a: { x: 1, deep: { one: 1 } } });
});

test('arrays grow, by elements, and are reached by index', () => {
  const data = { list: [{ n: 1 }] };
  expect(setField(data, { field: 'list', payload: [2], append: true })).toEqual({ list: [{ n: 1 }, 2] });
  expect(setField(data, { field: 'list', payload: 2, append: true })).toEqual({ list: [{ n: 1 }, 2] });
  expect(setField(data, { field: 'list.0.n', payload: 5 })).toEqual({ list: [{ n: 5 }] });
  expect(setField(data, { field: 'list.1', payload: 5 })).toEqual({ list: [{ n: 1 }, 5] });
  for (const field of ['list.2', 'list.-1', 'list.length', 'list.x'])
    expect(() => setField(data, { field, payload: 1 })).toThrow(/index/);
  expect([getField(data, 'list.0.n'), getField(data, 'list.9')]).toEqual([1, null]);
});

test('what is in the way of a longer name is replaced', () => {
  expect(setField({ a: 1 }, { field: 'a.b', payload: 2 })).toEqual({ a: { b: 2 } });
});

test('no name reaches what is not data', () => {
  const hostile = parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  let data: Record<string, unknown> = {};
  data = setField(data, { field: '__proto__.polluted', payload: 1 });
  data = setField(data, { field: 'constructor.prototype.polluted', payload: 1 });
  data = setField(data, { field: 'm', payload: { k: 1 } });
  data = setField(data, { field: 'm', payload: hostile, append: true, recursive: true });
  data = setField(data, { field: 'm', payload: hostile, append: true, recursive: true });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect((data.m as Record<string, unknown>).polluted).toBeUndefined();
  expect(JSON.parse(JSON.stringify(data))).toHaveProperty('m.k', 1);
  expect([getField({}, 'toString'), getField({}, 'constructor.name')]).toEqual([null, null]);
});

test('a name that is none is refused', () => {
  for (const field of ['a..b', '.a', 'a.', Array(70).fill('x').join('.')])
    expect(() => setField({}, { field, payload: 1 })).toThrow(/names joined by dots/);
});
