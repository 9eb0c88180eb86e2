import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { fromQuery } from '../../../../src/platform/api/http/from-query.ts';
import { listFields } from '../../../../src/platform/api/lists/list-shape.ts';
import { maybe } from '../../../../src/platform/api/method.ts';

const schema = Type.Object({
  id: Type.Integer(),
  recursive: maybe(Type.Boolean()),
  name: Type.String(),
  ...listFields,
});

test('text becomes what the schema wants', () => {
  const filter = JSON.stringify([{ field: 'id', operator: '=', value: 3 }]);
  expect(fromQuery(schema, { id: '12', recursive: 'True', name: '7', filter, per_page: '5' })).toEqual({
    id: 12,
    recursive: true,
    name: '7',
    filter: [{ field: 'id', operator: '=', value: 3 }],
    per_page: 5,
  });
});

test('what does not fit stays as it is, for the check to name it', () => {
  expect(fromQuery(schema, { id: 'abc', filter: '[broken' })).toEqual({ id: 'abc', filter: '[broken' });
});

test.each(['True', 'false', '[1]', '{"a":1}', 'null', '12'])(
  'a field that takes text has %s as it came',
  (text) => {
    expect(fromQuery(schema, { name: text, sort: text })).toEqual({ name: text, sort: text });
  },
);

test.each([
  ['True', true],
  ['false', false],
])('a field that takes a boolean has %s as one', (text, value) => {
  expect(fromQuery(schema, { recursive: text })).toEqual({ recursive: value });
});

test('a query has no more of its schema than it says itself', () => {
  const odd = JSON.parse('{"__proto__":"True","constructor":"False"}') as Record<string, unknown>;
  expect(Object.keys(fromQuery(schema, odd))).not.toContain('recursive');
});
