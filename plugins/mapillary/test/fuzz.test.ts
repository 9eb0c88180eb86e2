/** Damaged masks, polygons and configurations. In this thread, as where threads are forbidden: a thread a case costs too much. */
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JSON_TOKENS, TEXT_TOKENS } from '../../../test/support/damage.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';

beforeAll(() => {
  Object.defineProperty(process, 'permission', { configurable: true, value: { has: () => false } });
});
afterAll(() => {
  delete (process as { permission?: unknown }).permission;
});

const files = {
  'config_v2.0.json': JSON.stringify({
    labels: ['a--b', 'c--d'].map((name, i) => ({
      name,
      readable: name,
      color: [i, 2, 3],
      instances: i === 0,
    })),
  }),
  't/images/a.png': encode({ width: 6, height: 4, data: new Uint8Array(24), channels: 1 }),
  't/v2.0/instances/a.png': encode({
    width: 6,
    height: 4,
    data: Uint16Array.from({ length: 24 }, (_, i) => [0, 1, 256, 257, 700][(i * 7) % 5] ?? 0),
    channels: 1,
    depth: 16,
  }),
  't/v2.0/polygons/a.json':
    '{"width": 6, "height": 4, "objects": [{"id": 0, "label": "a--b", "polygon": [[0,0],[5,0],[5.5,3]]}, {"label": "x", "polygon": [[-9,1,3,1,3,9]]}]}',
};

test('masks and configurations', async () => {
  const counts = await fuzzImport({
    plugin: 'mapillary',
    files,
    damage: /instances|config/,
    tokens: [...JSON_TOKENS, 'IDAT', '\u0000\u0000'],
    cases: 5000,
  });
  expect(counts.reported).toBeGreaterThan(500);
  expect(counts.failed).toBeGreaterThan(500);
}, 300_000);

test('polygons', async () => {
  const counts = await fuzzImport({
    plugin: 'mapillary',
    files,
    damage: /polygons/,
    tokens: [...JSON_TOKENS, ...TEXT_TOKENS],
    cases: 5000,
    options: { labels_from: 'polygons' },
  });
  expect(counts.reported).toBeGreaterThan(1000);
  expect(counts.reported).toBeLessThanOrEqual(5000);
}, 300_000);
