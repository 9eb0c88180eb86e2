import { describe, expect, test } from 'vitest';
import { countLinks } from '../../../../web/src/import/link-list.ts';
import { createMeter, timeLeft } from '../../../../web/src/import/meter.ts';
import { otherWays } from '../../../../web/src/import/other-ways.ts';
import { planUpload, SMALL_BYTES, tooMany } from '../../../../web/src/import/plan.ts';
import { select } from '../../../../web/src/import/selection.ts';

const local = (path: string, size: number, modifiedAt = 1) => ({ path, size, modifiedAt });
const picked = (path: string, size = 1) => ({ path, file: { size } });

describe('what is sent how', () => {
  test('small files share a group, large ones go alone and first', () => {
    const files = [local('a', 10), local('b', SMALL_BYTES), local('c', SMALL_BYTES - 1), local('d', 0)];
    expect(planUpload(files, [])).toEqual({
      known: [],
      jobs: [
        { kind: 'large', file: 1 },
        { kind: 'group', files: [0, 2, 3] },
      ],
    });
  });

  test('no group is larger than 250 files or 8 MiB, and every file is in exactly one job', () => {
    const files = Array.from({ length: 10_000 }, (_, at) => local(`${at}`, (at * 7919) % SMALL_BYTES));
    const { jobs } = planUpload(files, []);
    const groups = jobs.flatMap((job) => (job.kind === 'group' ? [job.files] : []));
    expect(groups.flat()).toEqual(files.map((_, at) => at));
    for (const group of groups) {
      expect(group.length).toBeLessThanOrEqual(250);
      expect(group.reduce((sum, at) => sum + files[at]!.size, 0)).toBeLessThanOrEqual(8 << 20);
    }
    expect(groups.length).toBeLessThan(1000);
  });

  test('what is there already is not sent; the same path with another size or time is', () => {
    const files = [local('same', 5), local('grew', 6), local('touched', 5, 2), local('half', 5e6)];
    const there = [
      { ...local('same', 5), stored: true, received: 5 },
      { ...local('grew', 5), stored: true, received: 5 },
      { ...local('touched', 5, 1), stored: true, received: 5 },
      { ...local('half', 5e6), stored: false, received: 4096, address: '/uploads/x' },
      { ...local('not asked for', 5), stored: true, received: 5 },
    ];
    expect(planUpload(files, there)).toEqual({
      known: [0],
      jobs: [
        { kind: 'large', file: 3, address: '/uploads/x' },
        { kind: 'group', files: [1, 2] },
      ],
    });
  });

  test('a list no task can carry is known before anything is sent', () => {
    const of = (n: number) => Array.from({ length: n }, (_, at) => local(`folder/picture-${at}.jpg`, 1));
    expect(tooMany(of(100_000))).toBe(false);
    expect(tooMany(of(130_000))).toBe(true);
  });
});

describe('a selection', () => {
  test('one folder around everything is the name', () => {
    expect(select([picked('street/a.jpg', 3), picked('street/img/b.jpg', 4)])).toMatchObject({
      name: 'street',
      bytes: 7,
      files: [{ path: 'a.jpg' }, { path: 'img/b.jpg' }],
    });
  });
  test('of several folders each keeps its own; a single file names itself', () => {
    expect(select([picked('a/x'), picked('b/x')])).toMatchObject({
      name: '2 files',
      files: [{ path: 'a/x' }, { path: 'b/x' }],
    });
    expect(select([picked('street.zip')])).toMatchObject({
      name: 'street.zip',
      files: [{ path: 'street.zip' }],
    });
    expect(select([picked('a/x'), picked('y')])).toMatchObject({ files: [{ path: 'a/x' }, { path: 'y' }] });
  });
  test('hidden files and what desktops leave are counted and left out', () => {
    const all = ['s/.DS_Store', 's/.git/config', '__MACOSX/s/a', 's/Thumbs.db', 's/a.jpg', 's/.a.jpg'];
    expect(select(all.map((path) => picked(path)))).toMatchObject({
      name: 's',
      leftOut: 5,
      files: [{ path: 'a.jpg' }],
    });
    expect(select([picked('.hidden')])).toBeUndefined();
    expect(select([])).toBeUndefined();
  });
});

describe('speed', () => {
  test('over the last seconds, not since the beginning', () => {
    const meter = createMeter();
    for (let second = 0; second <= 20; second++) meter.note(second * 1000, second * 1000);
    for (let second = 21; second <= 40; second++) meter.note(20_000 + (second - 20) * 5000, second * 1000);
    expect(meter.rate(40_000)).toBeCloseTo(5000);
  });
  test('nothing is said too early, and a stop is seen', () => {
    const meter = createMeter();
    meter.note(0, 0);
    expect(meter.rate(1000)).toBeUndefined();
    meter.note(4000, 2000);
    expect(meter.rate(2000)).toBeCloseTo(2000);
    meter.reset();
    expect(meter.rate(9000)).toBeUndefined();
    expect(timeLeft(100, undefined)).toBeUndefined();
    expect(timeLeft(100, 0)).toBeUndefined();
    expect(timeLeft(3000, 1000)).toBe(3000);
  });
});

test('lines that are addresses are told from others', () => {
  const text =
    'https://a.example/1.jpg\n\n  s3://bucket/key\nhttps://a.example/2.jpg;rain\nnothing\nhttp://\n';
  expect(countLinks(text)).toEqual({ links: 3, other: 2 });
});

test('the commands name this server and no token', () => {
  const ways = otherWays('https://label.example:7790');
  const text = ways.map((way) => way.command).join('\n');
  expect(text).toContain('https://label.example:7790/public/api/v3/imports.start');
  expect(text).not.toMatch(/[\w-]{40,}/);
});
