import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { sha256Of } from '../../../../src/lib/hash.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { createMediaReader } from '../../../../src/platform/media/media-reader.ts';
import type { MediaRow } from '../../../../src/platform/store/repositories/figures.ts';
import { createMemoryBlobs } from '../../../support/memory-blobs.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const fixture = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '../../../fixtures/media', name));

/** Counts how often bytes are opened. */
async function reader(...files: Buffer[]) {
  const memory = createMemoryBlobs({ put: async () => undefined } as never);
  for (const bytes of files) await memory.put(sha256Of(bytes), bytes);
  const rows = new Map<string, MediaRow>();
  let opened = 0;
  const blobs = {
    size: memory.size,
    open: (...asked: Parameters<typeof memory.open>) => {
      opened++;
      return memory.open(...asked);
    },
  };
  const store = {
    get: async (hashes: readonly string[]) => hashes.flatMap((one) => rows.get(one) ?? []),
    put: async (row: MediaRow) => void rows.set(row.sha256, row),
  };
  const media = createMediaReader({ blobs, store, log: silentLogger() });
  return { media, rows, opened: () => opened, hashes: files.map(sha256Of) };
}

test('a file is read once, however often and at once it is asked for', async () => {
  const { media, opened, hashes } = await reader(fixture('ten-frames.mp4'));
  const [sha256 = ''] = hashes;
  const [first, same] = await Promise.all([media.videos([sha256, sha256]), media.videos([sha256])]);
  expect(first[0]).toEqual(same[0]);
  expect(first[1]).toEqual(same[0]);
  const after = opened();
  expect(await media.videos([sha256])).toEqual([first[0]]);
  expect(opened()).toBe(after);
  expect(first[0]).toMatchObject({
    mime: 'video/mp4',
    streams: [{ index: 0, framesCount: 10, startTime: 0 }],
  });
});

test('bytes of anybody are an answer, in the order asked, and never an error', async () => {
  const whole = fixture('ten-frames.mp4');
  // A box that says it has four thousand million entries.
  const lying = Buffer.from(whole);
  const table = lying.indexOf('stsz');
  lying.writeUInt32BE(0xffffffff, table + 12);
  const endless = Buffer.from(whole);
  endless.writeUInt32BE(0xffffffff, endless.indexOf('moov') - 4);
  const files = [
    Buffer.alloc(0),
    Buffer.from('text'),
    whole.subarray(0, 900),
    lying,
    endless,
    fixture('sound-only.mp4'),
    Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'),
    fixture('ten-frames.webm'),
  ];
  const { media, hashes } = await reader(...files);
  const readings = await media.videos([...hashes, 'f'.repeat(64)]);
  expect(readings).toHaveLength(files.length + 1);
  expect(readings[1]).toEqual({ problem: expect.stringMatching(/./) });
  expect(readings[5]).toEqual({ problem: 'it has no video stream' });
  expect(readings[6]).toEqual({ problem: expect.not.stringContaining('root:') });
  expect(readings[7]).toMatchObject({ streams: [{ codecName: 'vp8', framesCount: 10 }] });
  expect(readings[8]).toEqual({ problem: 'its bytes are not here' });
}, 120_000);

test('what is not known here is asked of ffprobe, and without one the answer says so and is not kept', async () => {
  const avi = fixture('ten-frames.avi');
  const { media, rows, hashes } = await reader(avi);
  const folder = tempFolder('ffprobe');
  vi.stubEnv('PATH', folder);
  try {
    expect(await media.videos(hashes)).toEqual([{ problem: expect.stringContaining('install ffprobe') }]);
    expect(rows.size).toBe(0);
    // It gets the very bytes through its standard input, and nothing else to open.
    const script = [
      `#!${process.execPath}`,
      "const bytes = require('node:fs').readFileSync(0);",
      `if (bytes.length !== ${avi.length} || !process.argv.includes('pipe:0')) process.exit(1);`,
      "console.log('packet,stream_index=1,pts_time=0.500000,duration_time=0.250000');",
      "console.log('packet,stream_index=1,pts_time=0.250000,duration_time=0.250000');",
      "console.log('packet,stream_index=0,pts_time=9,duration_time=1');",
      "console.log('stream,index=0,codec_name=mp3,codec_type=audio');",
      "console.log('stream,index=1,codec_name=mpeg4,codec_type=video,width=64,height=48');",
    ];
    writeFileSync(path.join(folder, 'ffprobe'), script.join('\n'), { mode: 0o755 });
    const [reading] = await media.videos(hashes);
    expect(reading).toMatchObject({
      streams: [
        {
          index: 1,
          codecName: 'mpeg4',
          framesCount: 2,
          framesToTimecodes: [0.25, 0.5],
          startTime: 0.25,
          duration: 0.75,
        },
      ],
    });
    expect(rows.size).toBe(1);
  } finally {
    vi.unstubAllEnvs();
  }
}, 120_000);
