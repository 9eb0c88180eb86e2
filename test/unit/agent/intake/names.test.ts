import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveKind, nameKind, printable, stemOf } from '../../../../src/agent/intake/file-names.ts';
import { planImport, routeFor } from '../../../../src/agent/intake/plan-import.ts';
import { createSettler } from '../../../../src/agent/intake/settle.ts';
import { statusName } from '../../../../src/agent/intake/status-name.ts';
import { parseTaskFile } from '../../../../src/agent/intake/task-file.ts';
import { cleanEntryName } from '../../../../src/agent/intake/unpack/entry-name.ts';
import { DEFAULT_LIMITS } from '../../../../src/agent/intake/unpack/unpack-limits.ts';

describe('names', () => {
  it.each([
    ['photo.jpg', 'plain'],
    ['part.jpg', 'plain'],
    ['a.parts', 'plain'],
    ['~a', 'plain'],
    ['a.PART', 'temp'],
    ['a~', 'temp'],
    ['~$doc.docx', 'temp'],
    ['.a.jpg.Xy12Zz', 'temp'],
    ['.config.backup', 'dot'],
    ['.DS_Store', 'junk'],
    ['THUMBS.DB', 'junk'],
    ['._a.jpg', 'junk'],
    ['.uploading', 'marker'],
    ['sly-task.yaml', 'task-file'],
  ])('%s is %s', (name, kind) => {
    expect(nameKind(name)).toBe(kind);
  });

  it('archives and stems', () => {
    expect(
      ['a.zip', 'a.TAR.GZ', 'a.tgz', 'a.tar.zst', 'a.tar', 'a.gz', '.zip', 'zip'].map(archiveKind),
    ).toEqual(['zip', 'tar.gz', 'tar.gz', 'tar.zst', 'tar', undefined, undefined, undefined]);
    expect(['a.tar.gz', 'a.b.jpg', 'noend'].map((name) => stemOf(name, false))).toEqual([
      'a',
      'a.b',
      'noend',
    ]);
    expect(stemOf('v1.2', true)).toBe('v1.2');
    expect(printable('a\n\u202Eb')).toBe('a\\u000a\\u202eb');
  });

  it('status names are short, safe and different for different sources', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
        fc.string({ minLength: 1 }),
        (a, b) => {
          const name = statusName(a);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
          expect(name).not.toMatch(/[/\\\p{Cc}]|^\./u);
          if (a !== b) expect(statusName(b)).not.toBe(name);
        },
      ),
    );
    const long = 'x'.repeat(250);
    expect(statusName(`${long}1`)).not.toBe(statusName(`${long}2`));
    // What a cut name looks like cannot be dropped as a name of its own.
    expect(statusName(statusName(`${long}1`))).not.toBe(statusName(`${long}1`));
  });
});

describe('entry names', () => {
  it('whatever comes in, what comes out stays inside', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', 'a', 'C:', '\\', '..\\', 'b.jpg'), fc.string());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        let clean: ReturnType<typeof cleanEntryName>;
        try {
          clean = cleanEntryName(parts.join('/'), DEFAULT_LIMITS);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^SLY_ARCHIVE_/) });
          return;
        }
        if (typeof clean !== 'string') return;
        expect(clean.startsWith('/')).toBe(false);
        expect(clean.split(/[/\\]/)).not.toContain('..');
      }),
    );
  });
});

describe('plans', () => {
  const base = { name: 'set', isFolder: true, version: 1, taskFile: undefined, routes: [], key: 'k', now: 0 };

  it('options of a rule do not leak to another plugin; null wishes are none', () => {
    const routes = [{ match: '*', plugin: 'coco', options: { a: 1 } }];
    expect(planImport({ ...base, routes, taskFile: { plugin: 'voc' } }).spec).toMatchObject({
      plugin: 'voc',
      options: {},
    });
    expect(planImport({ ...base, routes, taskFile: { options: { b: 2 } } }).spec).toMatchObject({
      options: { a: 1, b: 2 },
    });
    expect(parseTaskFile('plugin:\nproject: X\n')).toEqual({ project: 'X' });
    expect(parseTaskFile('')).toEqual({});
  });

  it('rules match names and what is below them', () => {
    const match = (pattern: string, name: string): boolean =>
      routeFor([{ match: pattern }], name) !== undefined;
    expect(match('coco-*', 'coco-1')).toBe(true);
    expect(match('*.{zip,tar}', 'a.tar')).toBe(true);
    expect(match('photos/**', 'photos')).toBe(true);
    expect(match('./photos/', 'photos')).toBe(true);
    expect(match('[a].zip', '[a].zip')).toBe(true);
    expect(match('coco-*', 'voc-1')).toBe(false);
  });
});

describe('settling', () => {
  const scan = {
    signature: 's',
    files: 1,
    bytes: 1,
    refused: 0,
    newest: 'scan/a.bin',
    holding: undefined,
    tookMs: 1,
  };

  it('needs two equal looks a settle time apart, and starts again at each change', () => {
    const settler = createSettler(100);
    const look = (version: string, at: number, holding?: string) =>
      settler.look('x', { version, scan, at, ...(holding === undefined ? {} : { holding }) });
    expect(look('1', 0)).toMatchObject({ settled: false, dueInMs: 100 });
    expect(look('1', 99)).toMatchObject({ settled: false, dueInMs: 1 });
    expect(look('2', 100)).toMatchObject({
      settled: false,
      waitsFor: 'it is still changing (last: scan/a.bin)',
    });
    expect(look('2', 199)).toMatchObject({ settled: false });
    expect(look('2', 200, 'a marker')).toMatchObject({ settled: false, waitsFor: 'a marker' });
    expect(look('2', 5000, 'a marker')).toMatchObject({ dueInMs: Infinity });
    expect(look('2', 5001)).toEqual({ settled: true });
  });
});
