import { describe, expect, test } from 'vitest';
import { listQuery, listReply } from '../../../../src/platform/api/lists/list-shape.ts';

const rows = (ids: number[]) => ids.map((id) => ({ id, name: `n${id}` }));

describe('listQuery', () => {
  test('nothing asked = first page of 500 by id', () => {
    expect(listQuery({})).toEqual({ perPage: 500, sort: 'id', order: 'asc', page: 1 });
  });

  test('all ways to write an operator', () => {
    const filter = ['eq', 'not', 'gt', 'gte', 'lt', 'lte', 'in', 'ilike'].map((operator) => ({
      field: 'id',
      operator,
      value: operator === 'in' ? [1] : 1,
    }));
    expect(listQuery({ filter }).filter?.map((one) => one.operator)).toEqual([
      '=',
      '!=',
      '>',
      '>=',
      '<',
      '<=',
      'in',
      'ilike',
    ]);
  });

  test.each([
    [{ filter: [{ field: 'id', operator: 'near', value: 1 }] }, /expected one of/],
    [{ filter: [{ field: 'id', operator: 'in', value: 1 }] }, /list of values/],
    [{ filter: [{ field: 'id', operator: '=', value: { a: 1 } }] }, /a value/],
    [{ sort: 'colour' }, /sort: expected one of/],
    [{ filters: [{ type: 'job', data: {} }] }, /filter language/],
    [{ pagination_mode: 'token', after: 'x' }, /token of the page before/],
  ])('%j is refused', (request, message) => {
    expect(() => listQuery(request)).toThrow(message);
  });
});

describe('listReply', () => {
  test('pages', () => {
    const reply = listReply({ per_page: 2 }, { total: 5, entities: rows([1, 2]) }, (row) => ({ ...row }));
    expect(reply).toEqual({ total: 5, perPage: 2, pagesCount: 3, entities: rows([1, 2]) });
  });

  test('an empty list', () => {
    expect(listReply({}, { total: 0, entities: [] }, () => ({}))).toEqual({
      total: 0,
      perPage: 500,
      pagesCount: 0,
      entities: [],
    });
  });

  test('tokens end with null', () => {
    const request = { pagination_mode: 'token', per_page: 2 };
    expect(listReply(request, { total: 3, entities: rows([1, 2]) }, (row) => ({ ...row }))).toMatchObject({
      after: '2',
    });
    expect(listReply(request, { total: 3, entities: rows([3]) }, (row) => ({ ...row }))).toMatchObject({
      after: null,
    });
  });

  test('fields keep the id', () => {
    const [row] = rows([7]);
    const reply = listReply({ fields: ['name', 'nothing'] }, { total: 1, entities: [row!] }, (one) => ({
      ...one,
      size: 3,
    }));
    expect(reply.entities).toEqual([{ id: 7, name: 'n7' }]);
  });
});
