import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../../../src/platform/store/migrations.ts';
import { fullScans } from '../../../support/query-plans.ts';

const sqlite = new Sqlite(':memory:');
for (const { sqlite: text } of MIGRATIONS) sqlite.exec(text);

test.each([
  'select * from items',
  'select count(*) from items i where i.mime = ?',
  'SELECT i.id FROM datasets d JOIN items i ON i.mime = d.name',
  'update "annotations" set subpixel = 1 where subpixel = @value',
  'delete from blobs as b where b.size = ?',
  "select 1 from items i, json_each(i.meta, '$.a') where i.name like '%?%'",
])('%s reads everything', (text) => {
  expect(fullScans(sqlite, text)).toHaveLength(1);
});

test.each([
  'select * from items where id = ?',
  'select i.* from items i where i.dataset_id = ? and i.id > ? order by i.id limit ?',
  'select * from annotations where item_id in (select value from json_each(?))',
  'select * from teams',
  'PRAGMA journal_mode',
])('%s does not', (text) => {
  expect(fullScans(sqlite, text)).toEqual([]);
});
