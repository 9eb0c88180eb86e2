import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { crc32, createDeflateRaw, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createSourceOpener } from '../../../../src/agent/intake/open-source.ts';
import type { UnpackLimits } from '../../../../src/agent/intake/unpack/unpack-limits.ts';
import { SlyError } from '../../../../src/lib/errors.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { buildTar, buildZip, paxRecord } from './build-archives.ts';

interface Opened {
  root: string;
  files: string[];
  refused: Record<string, string>;
  read(name: string): string;
}

async function openBytes(
  name: string,
  bytes: Buffer,
  limits: Partial<UnpackLimits> = {},
  signal = new AbortController().signal,
): Promise<Opened> {
  const folder = tempFolder('unpack');
  writeFileSync(path.join(folder, name), bytes);
  const workFolder = path.join(folder, 'work');
  mkdirSync(workFolder);
  writeFileSync(path.join(workFolder, 'left by an earlier try'), '');
  try {
    const tree = await createSourceOpener({ log: silentLogger(), limits }).open(
      { kind: 'path', path: path.join(folder, name) },
      { workFolder, signal, onProgress: () => undefined },
    );
    return {
      root: tree.root,
      files: tree.files.map((file) => file.path).sort(),
      refused: Object.fromEntries(tree.refused.map((line) => [line.file ?? '', line.code])),
      read: (file) => readFileSync(path.join(tree.root, file), 'utf8'),
    };
  } catch (error) {
    expect(readdirSync(workFolder), 'nothing of a refused archive stays').toEqual([]);
    expect(readdirSync(folder).sort(), 'nothing was written beside it').toEqual([name, 'work'].sort());
    throw error;
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    expect(error).toBeInstanceOf(SlyError);
    return `${(error as SlyError).code}: ${(error as SlyError).detail}`;
  }
}

describe('archives that are what they seem', () => {
  const files = [
    { name: 'set/a.txt', data: 'first' },
    { name: 'set/deep/er/b.txt', data: 'second' },
    { name: 'set/empty.txt' },
  ];
  const expected = ['set/a.txt', 'set/deep/er/b.txt', 'set/empty.txt'];
  const tar = buildTar([{ name: './', type: '5' }, { name: './set/', type: '5' }, ...files]);
  const half = tar.subarray(0, 700);
  const rest = tar.subarray(700);
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

  it.each([
    ['plain.zip', buildZip([{ name: 'set/' }, ...files.map((one) => ({ ...one, deflate: true }))])],
    ['stored.zip', buildZip(files)],
    ['zip64.zip', buildZip(files.map((one) => ({ ...one, zip64: true })))],
    ['plain.tar', tar],
    ['packed.tar.gz', gzipSync(tar)],
    ['packed.TGZ', gzipSync(tar)],
    ['two-members.tar.gz', Buffer.concat([gzipSync(half), gzipSync(rest)])],
    ['packed.tar.zst', zstdCompressSync(tar)],
    ['frames.tar.zst', Buffer.concat([zstdCompressSync(half), skippable, zstdCompressSync(rest)])],
    ['really-gzip.tar', gzipSync(tar)],
    ['really-zip.tar.gz', buildZip(files)],
  ])('%s', async (name, bytes) => {
    const opened = await openBytes(name, bytes);
    expect(opened.files).toEqual(expected);
    expect(opened.refused).toEqual({});
    expect(opened.read('set/a.txt')).toBe('first');
    expect(opened.read('set/deep/er/b.txt')).toBe('second');
    expect(statSync(path.join(opened.root, 'set/a.txt')).mode & 0o777).toBe(0o644);
    expect(statSync(path.join(opened.root, 'set/deep')).mode & 0o777).toBe(0o755);
  });

  it('is readable for plugins whatever the umask of the service', async () => {
    const before = process.umask(0o077);
    try {
      const opened = await openBytes('a.tar', tar);
      expect(statSync(path.join(opened.root, 'set/a.txt')).mode & 0o777).toBe(0o644);
      expect(statSync(path.join(opened.root, 'set/deep')).mode & 0o777).toBe(0o755);
    } finally {
      process.umask(before);
    }
  });

  it('keeps the bytes of large files that span many reads, between small ones', async () => {
    const large = Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 7919) % 251));
    const many = Array.from({ length: 300 }, (_, i) => ({ name: `s/${i}`, data: `small ${i}` }));
    const entries = [...many.slice(0, 100), { name: 'large', data: large }, ...many.slice(100)];
    for (const [name, bytes] of [
      ['a.tar', buildTar(entries)],
      ['a.tar.zst', zstdCompressSync(buildTar(entries))],
      ['a.zip', buildZip(entries.map((one) => ({ ...one, deflate: true })))],
    ] as const) {
      const opened = await openBytes(name, bytes);
      expect(opened.files).toHaveLength(301);
      expect(readFileSync(path.join(opened.root, 'large')).equals(large)).toBe(true);
      expect(opened.read('s/299')).toBe('small 299');
    }
  });

  it('reads long pax names, and names in UTF-8 with and without its flag, CP437 and backslashes', async () => {
    const long = `${'directory-with-a-long-name/'.repeat(8)}picture äöü 🐟.jpg`;
    const pax = { name: 'PaxHeader/x', type: 'x', data: paxRecord('path', long) };
    const fromTar = await openBytes('long.tar', buildTar([pax, { name: 'short', data: 'x' }]));
    expect(fromTar.files).toEqual([long]);
    const fromZip = await openBytes(
      'names.zip',
      buildZip([
        { name: 'flagged-ä.txt' },
        { name: 'unflagged-ä.txt', flags: 0 },
        { name: Buffer.from([0x63, 0x70, 0x2d, 0x84, 0x2e, 0x74, 0x78, 0x74]), flags: 0 },
        { name: 'win\\dir\\file.txt', flags: 0 },
      ]),
    );
    expect(fromZip.files).toEqual(['cp-ä.txt', 'flagged-ä.txt', 'unflagged-ä.txt', 'win/dir/file.txt']);
  });

  it('opens what the tools of the system make', async () => {
    const folder = tempFolder('real');
    mkdirSync(path.join(folder, 'set/img'), { recursive: true });
    for (let i = 0; i < 50; i++) writeFileSync(path.join(folder, `set/img/${i}.bin`), Buffer.alloc(3000, i));
    writeFileSync(path.join(folder, 'set/.DS_Store'), 'junk');
    execFileSync('tar', ['-czf', 'real.tar.gz', 'set'], { cwd: folder });
    const opened = await openBytes('real.tar.gz', readFileSync(path.join(folder, 'real.tar.gz')));
    expect(opened.files).toHaveLength(50);
    expect(opened.refused).toEqual({ 'set/.DS_Store': 'SLY_FILE_JUNK' });
  });
});

describe('archives that are refused as a whole', () => {
  const escapes = [
    '../evil.txt',
    'a/../../evil.txt',
    '/etc/evil.txt',
    'C:/evil.txt',
    'C:\\evil.txt',
    '\\\\server\\share\\evil.txt',
    '..\\evil.txt',
    'ok/..',
    '../unpack-evil/x',
  ];
  it.each(escapes)('an entry named %s', async (name) => {
    const fine = { name: 'fine.txt', data: 'fine' };
    const inZip = await codeOf(openBytes('a.zip', buildZip([fine, { name, data: 'x', flags: 0 }])));
    const inTar = await codeOf(openBytes('a.tar', buildTar([fine, { name, data: 'x' }])));
    expect(inZip).toMatch(/^SLY_ARCHIVE_DANGER/);
    expect(inTar).toMatch(/^SLY_ARCHIVE_DANGER: entry ".*evil|^SLY_ARCHIVE_DANGER: entry "ok/);
  });

  it('a pax header that renames an entry to the outside', async () => {
    const pax = { name: 'PaxHeader/x', type: 'x', data: paxRecord('path', '../../evil') };
    expect(await codeOf(openBytes('a.tar', buildTar([pax, { name: 'x', data: 'x' }])))).toMatch(
      /SLY_ARCHIVE_DANGER/,
    );
  });

  it('a zip whose local header names another file than its directory', async () => {
    const bytes = buildZip([{ name: 'good.txt', data: 'x', claim: { localName: 'evil.txt' } }]);
    expect(await codeOf(openBytes('a.zip', bytes))).toMatch(/SLY_ARCHIVE_DANGER: entry "good.txt"/);
  });

  it('a zip whose entries share their bytes', async () => {
    const kernel = { name: 'a', data: Buffer.alloc(1 << 20), deflate: true };
    const bytes = buildZip([
      kernel,
      ...Array.from({ length: 50 }, (_, i) => ({ ...kernel, name: `${i}`, overlaps: 0 })),
    ]);
    expect(await codeOf(openBytes('a.zip', bytes))).toMatch(/SLY_ARCHIVE_LIMIT: its entries overlap/);
  });

  it('ten gigabytes of zeros in a small zip, announced or not', async () => {
    const packed = await zeros(10 * 1024);
    const honest = rawZip('zeros.bin', packed, 10 * 1024 ** 3);
    const lying = rawZip('zeros.bin', packed, 1000);
    expect(await codeOf(openBytes('a.zip', honest))).toMatch(
      /SLY_ARCHIVE_LIMIT: it unpacks to more than 200 times/,
    );
    expect(await codeOf(openBytes('b.zip', lying))).toMatch(/SLY_ARCHIVE_(BAD|LIMIT)/);
  }, 60_000);

  it('a bomb in tar.gz and in tar.zst is stopped while it is written', async () => {
    const tar = buildTar([{ name: 'zeros', data: Buffer.alloc(64 << 20) }]);
    const limits = { ratioFloorBytes: 1 << 20, ratio: 10 };
    for (const [name, bytes] of [
      ['a.tar.gz', gzipSync(tar)],
      ['a.tar.zst', zstdCompressSync(tar)],
    ] as const)
      expect(await codeOf(openBytes(name, bytes, limits))).toMatch(
        /SLY_ARCHIVE_LIMIT: it unpacks to more than 10 times/,
      );
  });

  it('too many entries, one too large, in all too much, too deep, too long', async () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ name: `f${i}`, data: 'x'.repeat(100) }));
    const cases: [Partial<UnpackLimits>, { name: string; data?: string }[], RegExp][] = [
      [{ entries: 10 }, many, /more than 10 entries/],
      [{ fileBytes: 50 }, many, /"f0" is larger than 50 bytes/],
      [{ totalBytes: 1000 }, many, /more than 1000 bytes/],
      [{ depth: 3 }, [{ name: 'a/b/c/d' }], /deeper than 3/],
      [{ pathBytes: 20 }, [{ name: 'a/bbbbbbbbbbbbbbbbbbbbbbbb' }], /longer than 20/],
    ];
    for (const [limits, entries, why] of cases) {
      expect(await codeOf(openBytes('a.zip', buildZip(entries), limits))).toMatch(why);
      expect(await codeOf(openBytes('a.tar', buildTar(entries), limits))).toMatch(why);
    }
  });
});

describe('archives that are damaged', () => {
  const tar = buildTar([
    { name: 'a', data: Buffer.alloc(5000, 1) },
    { name: 'b', data: Buffer.alloc(5000, 2) },
  ]);
  const zip = buildZip([{ name: 'a', data: Buffer.alloc(5000, 1), deflate: true }]);
  const gz = gzipSync(tar);
  const zst = zstdCompressSync(tar);
  const flipped = Buffer.from(zip);
  flipped.writeUInt8(flipped.readUInt8(36) ^ 0xff, 36);
  it.each([
    ['cut.tar', tar.subarray(0, 3000)],
    ['cut-between-entries.tar', tar.subarray(0, 512 + 5120)],
    ['cut.tar.gz', gz.subarray(0, gz.length - 9)],
    ['cut.tar.zst', zst.subarray(0, zst.length - 5)],
    ['cut.zip', zip.subarray(0, zip.length - 30)],
    ['flipped.zip', flipped],
    ['wrong-sum.zip', buildZip([{ name: 'a', data: 'hello', claim: { crc: 1 } }])],
    ['too-short.zip', buildZip([{ name: 'a', data: Buffer.alloc(50), deflate: true, claim: { size: 40 } }])],
    ['encrypted.zip', buildZip([{ name: 'a', data: 'x'.repeat(20), flags: 0x801 }])],
    ['method.zip', buildZip([{ name: 'a', data: 'x', claim: { method: 12 } }])],
    ['text.zip', Buffer.from('this is not an archive at all, only text')],
    ['text.tar.gz', Buffer.from('this is not an archive at all, only text'.repeat(40))],
    ['empty.zip', Buffer.alloc(0)],
    ['empty.tar', Buffer.alloc(0)],
    ['twice.tar.gz', gzipSync(gz)],
    ['half-frame.tar.zst', Buffer.concat([zst, zst.subarray(0, 7)])],
  ])('%s', async (name, bytes) => {
    expect(await codeOf(openBytes(name, bytes))).toMatch(/^SLY_ARCHIVE_BAD: /);
  });
});

describe('entries that are refused while the rest is imported', () => {
  it('links, devices and pipes are never made, and nothing is written through them', async () => {
    const outside = path.join(tempFolder('outside'), 'victim');
    const bytes = buildTar([
      { name: 'good', data: 'good' },
      { name: 'link', type: '2', link: '/etc' },
      { name: 'link/passwd', data: 'through the link' },
      { name: 'hard', type: '1', link: '../../etc/passwd' },
      { name: 'out', type: '2', link: outside },
      { name: 'out', data: 'written through' },
      { name: 'dev', type: '3' },
      { name: 'fifo', type: '6' },
      { name: 'sparse', type: 'S' },
    ]);
    const opened = await openBytes('a.tar', bytes);
    expect(opened.files).toEqual(['good', 'link/passwd', 'out']);
    expect(opened.refused).toEqual({
      link: 'SLY_FILE_LINK',
      hard: 'SLY_FILE_LINK',
      out: 'SLY_FILE_LINK',
      dev: 'SLY_FILE_SPECIAL',
      fifo: 'SLY_FILE_SPECIAL',
      sparse: 'SLY_FILE_SPECIAL',
    });
    expect(existsSync(outside)).toBe(false);
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('through the link');
    const zip = await openBytes(
      'a.zip',
      buildZip([
        { name: 'good', data: 'good' },
        { name: 'link', data: '/etc/passwd', mode: 0o120777 },
        { name: 'pipe', mode: 0o010644 },
      ]),
    );
    expect(zip.files).toEqual(['good']);
    expect(zip.refused).toEqual({ link: 'SLY_FILE_LINK', pipe: 'SLY_FILE_SPECIAL' });
  });

  it('duplicates, names that differ by case or Unicode form, files in the way of folders', async () => {
    const entries = [
      { name: 'A.jpg', data: '1' },
      { name: 'a.JPG', data: '2' },
      { name: 'A.jpg', data: '3' },
      { name: 'u-é', data: '4' },
      { name: 'u-e\u0301', data: '5' },
      { name: 'way', data: '6' },
      { name: 'way/in', data: '7' },
      { name: 'dir/x', data: '8' },
      { name: 'dir', data: '9' },
    ];
    for (const [name, bytes] of [
      ['a.tar', buildTar(entries)],
      ['a.zip', buildZip(entries)],
    ] as const) {
      const opened = await openBytes(name, bytes);
      expect(opened.files).toEqual(['A.jpg', 'dir/x', 'u-é', 'way']);
      expect(opened.read('A.jpg')).toBe('1');
      expect(Object.keys(opened.refused).sort()).toEqual(
        ['A.jpg', 'a.JPG', 'dir', 'u-e\u0301', 'way/in'].sort(),
      );
      expect(new Set(Object.values(opened.refused))).toEqual(new Set(['SLY_FILE_COLLISION']));
    }
  });

  it('junk, unfinished files and names no file system takes; a junk folder is one line', async () => {
    const bytes = buildTar([
      { name: 'good', data: 'x' },
      { name: '__MACOSX/._a' },
      { name: '__MACOSX/._b' },
      { name: 'Thumbs.db' },
      { name: 'movie.mp4.part' },
      { name: '.hidden' },
      { name: 'sly-task.yaml', data: 'plugin: coco' },
      { name: Buffer.from([0x62, 0xff, 0x64]) },
    ]);
    const opened = await openBytes('a.tar', bytes);
    expect(opened.files).toEqual(['good']);
    expect(opened.refused).toEqual({
      __MACOSX: 'SLY_FILE_JUNK',
      'Thumbs.db': 'SLY_FILE_JUNK',
      'movie.mp4.part': 'SLY_FILE_TEMP',
      '.hidden': 'SLY_FILE_HIDDEN',
      'sly-task.yaml': 'SLY_FILE_TASK',
      'b\ufffdd': 'SLY_FILE_NAME',
    });
    const long = `${'x'.repeat(300)}.jpg`;
    const zip = await openBytes('a.zip', buildZip([{ name: long }, { name: 'nul\0name' }, { name: 'good' }]));
    expect(zip.files).toEqual(['good']);
    expect(zip.refused).toEqual({ [long]: 'SLY_FILE_NAME', 'nul\\0name': 'SLY_FILE_NAME' });
  });
});

describe('interruptions', () => {
  it('an abort ends it and leaves nothing', async () => {
    const stop = new AbortController();
    const tar = buildTar(Array.from({ length: 5000 }, (_, i) => ({ name: `f${i}`, data: 'x' })));
    const folder = tempFolder('abort');
    writeFileSync(path.join(folder, 'a.tar'), tar);
    const work = createSourceOpener({ log: silentLogger() }).open(
      { kind: 'path', path: path.join(folder, 'a.tar') },
      {
        workFolder: path.join(folder, 'work'),
        signal: stop.signal,
        onProgress: () => stop.abort(new Error('enough')),
      },
    );
    await expect(work).rejects.toThrow('enough');
    expect(readdirSync(path.join(folder, 'work'))).toEqual([]);
  });

  it('an archive that changes meanwhile is no import', async () => {
    const folder = tempFolder('changing');
    const file = path.join(folder, 'a.tar');
    writeFileSync(
      file,
      buildTar(Array.from({ length: 200 }, (_, i) => ({ name: `f${i}`, data: Buffer.alloc(5000) }))),
    );
    const work = createSourceOpener({ log: silentLogger() }).open(
      { kind: 'path', path: file },
      {
        workFolder: path.join(folder, 'work'),
        signal: new AbortController().signal,
        onProgress: () => truncateSync(file, statSync(file).size + 1),
      },
    );
    await expect(work).rejects.toMatchObject({ code: 'SLY_SOURCE_CHANGED', retryable: true });
  });
});

/** `mib` MiB of zeros as raw deflate data, made without holding them. */
async function zeros(mib: number): Promise<Buffer> {
  // One block is deflated once and repeated: a full flush ends it at a byte, so copies may follow each other.
  const deflate = createDeflateRaw({ level: 9 });
  const parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  deflate.write(Buffer.alloc(1 << 20));
  await new Promise<void>((resolve) => deflate.flush(3, resolve));
  const block = Buffer.concat(parts);
  return Buffer.concat([...Array.from({ length: mib }, () => block), deflateRawSync(Buffer.alloc(0))]);
}

function rawZip(name: string, packed: Buffer, size: number): Buffer {
  const zip64 = buildZip([{ name, data: packed, zip64: true, claim: { size, method: 8, crc: crc32('') } }]);
  return zip64;
}
