/**
 * What people drop in by mistake. Each ends in a clear state with a clear text, the good part goes through,
 * and in = ok + skipped + failed.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ControlTask } from '../../src/agent/control/control-api.ts';
import { startSharedDaemon } from '../support/daemon.ts';
import { eventually, type TestDaemon } from '../support/daemon-process.ts';
import { snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { assertAllAccounted, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { zipOf } from '../support/zip.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startSharedDaemon();
});
afterAll(async () => {
  await daemon.kill();
});

interface Outcome {
  task: ControlTask;
  /** Lines of the per-file report. */
  report: { status: string; file?: string; place?: string; code: string; message: string; hint?: string }[];
}

async function imported(source: string, plugin?: string): Promise<Outcome> {
  const { key } = await daemon.control.import({ path: source, ...(plugin === undefined ? {} : { plugin }) });
  const task = await whenEnded(daemon.control, key);
  const { text } = await daemon.control.report(key);
  const report = (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Outcome['report'][number]);
  if (task.state === 'succeeded') assertAllAccounted(task);
  return { task, report };
}

function coco(images = 3): string {
  const folder = path.join(tempFolder(), 'set');
  writeSampleCoco(folder, { images });
  return folder;
}

const annotations = (folder: string): string => path.join(folder, 'annotations', 'instances.json');
function edit(
  folder: string,
  change: (file: { images: { file_name: string }[]; annotations: { image_id: number }[] }) => void,
): void {
  const file = JSON.parse(readFileSync(annotations(folder), 'utf8'));
  change(file);
  writeFileSync(annotations(folder), JSON.stringify(file));
}

describe('annotation files', () => {
  test('a broken JSON is named with its place', async () => {
    const folder = coco();
    const text = readFileSync(annotations(folder), 'utf8');
    writeFileSync(annotations(folder), text.slice(0, text.length / 2));
    const { task, report } = await imported(folder, 'coco');
    const said = JSON.stringify([task.failure, report]);
    expect(said).toContain('instances.json');
    expect(said).toMatch(/SLY_FORMAT_JSON/);
    expect(said).toMatch(/line \d+|offset|byte/);
  });

  test('an image that is not there is named; the others go through', async () => {
    const folder = coco();
    edit(folder, (file) => {
      file.images.push({ ...file.images[0], id: 99, file_name: 'gone.png' } as never);
    });
    const { task, report } = await imported(folder);
    expect(task.state).toBe('succeeded');
    expect(task.result?.counts.items).toBe(3);
    expect(JSON.stringify(report)).toContain('gone.png');
  });

  test('annotations for unknown images are said, once', async () => {
    const folder = coco();
    edit(folder, (file) => {
      for (const one of file.annotations.slice(0, 2)) one.image_id = 4711;
    });
    const { task, report } = await imported(folder);
    expect(task.state).toBe('succeeded');
    expect(report.filter((line) => line.message.includes('4711')).length).toBeGreaterThan(0);
  });
});

describe('pictures', () => {
  test('a picture that is none, and one of 0 bytes, fail; the others go through', async () => {
    const folder = coco(4);
    writeFileSync(path.join(folder, 'images', 'image-00001.png'), 'this is no picture');
    writeFileSync(path.join(folder, 'images', 'image-00002.png'), '');
    const { task, report } = await imported(folder);
    expect(task.state).toBe('succeeded');
    expect(task.result?.counts).toMatchObject({ items: 2, failed: 2 });
    for (const name of ['image-00001.png', 'image-00002.png']) {
      const line = report.find((one) => one.file?.endsWith(name) && one.status === 'failed');
      expect(line?.code).toBe('SLY_IMAGE_UNREADABLE');
    }
  });

  test('two of one base name in two folders both arrive', async () => {
    const root = tempFolder();
    for (const [at, folder] of ['a', 'b'].entries())
      writeSampleCoco(path.join(root, 'set', folder), { images: 1, side: 20 + at });
    const { task } = await imported(path.join(root, 'set'), 'images');
    expect(task.result?.counts.items).toBe(2);
    const { items } = snapshotProject(daemon.data, task.result?.projectId ?? 0);
    expect(new Set(items.map((item) => `${item.dataset}/${item.name}`)).size).toBe(2);
  });
});

describe('names', () => {
  test('newline, emoji and 255 bytes arrive as they are; a link and invalid UTF-8 are refused alone', async () => {
    const root = path.join(tempFolder(), 'set');
    writeSampleCoco(path.join(root, 'made'), { images: 1 });
    const picture = readFileSync(path.join(root, 'made', 'images', 'image-00001.png'));
    const names = ['line\nbreak.png', '🦊.png', `${'x'.repeat(251)}.png`, ' space .png', 'quote\'".png'];
    mkdirSync(path.join(root, 'odd'));
    for (const name of names) writeFileSync(path.join(root, 'odd', name), picture);
    writeFileSync(
      Buffer.concat([Buffer.from(`${root}/odd/bad-`), Buffer.from([0xff, 0xfe]), Buffer.from('.png')]),
      picture,
    );
    symlinkSync('/etc/passwd', path.join(root, 'odd', 'link.png'));
    const { task, report } = await imported(root, 'images');
    expect(task.failure).toBeNull();
    const { items } = snapshotProject(daemon.data, task.result?.projectId ?? 0);
    expect(items.map((item) => item.name)).toEqual(expect.arrayContaining(names));
    expect(
      report.filter((line) => line.status !== 'warning' && /bad-|link\.png/.test(line.file ?? '')),
    ).toHaveLength(2);
  });
});

describe('archives', () => {
  const picture = (): Buffer => readFileSync(path.join(coco(1), 'images', 'image-00001.png'));
  const archive = (bytes: Buffer): string => {
    const file = path.join(tempFolder(), 'set.zip');
    writeFileSync(file, bytes);
    return file;
  };

  test('one that climbs out is refused whole, the entry named', async () => {
    const { task } = await imported(
      archive(
        zipOf([
          { name: '../../escaped.png', data: picture() },
          { name: 'ok.png', data: picture() },
        ]),
      ),
    );
    expect(task.failure?.code).toBe('SLY_ARCHIVE_DANGER');
    expect(task.failure?.detail).toContain('../../escaped.png');
  });

  test('a link inside is refused', async () => {
    const { task, report } = await imported(
      archive(
        zipOf([
          { name: 'ok.png', data: picture() },
          { name: 'link.png', data: Buffer.from('/etc/passwd'), mode: 0o120777 },
        ]),
      ),
    );
    expect(JSON.stringify([task.failure, report])).toContain('link.png');
    expect(JSON.stringify(task.result ?? {})).not.toContain('root:');
  });

  test('ten gigabytes of zeros end early', { timeout: 60_000 }, async () => {
    const chunk = deflateRawSync(Buffer.alloc(64 << 20), { level: 9 });
    const { task } = await imported(archive(zipOf([{ name: 'zeros.png', raw: chunk, size: 3 * 2 ** 30 }])));
    expect(task.state).toBe('failed');
    expect(task.failure?.code).toMatch(/SLY_ARCHIVE_(LIMIT|BAD)/);
  });

  test('half an archive is called broken', async () => {
    const whole = zipOf([{ name: 'ok.png', data: picture() }]);
    const { task } = await imported(archive(whole.subarray(0, whole.length - 30)));
    expect(task.failure?.code).toBe('SLY_ARCHIVE_BAD');
  });
});

describe('folders', () => {
  test('an empty one says so', async () => {
    const { task } = await imported(tempFolder());
    expect(task.failure?.code).toBe('SLY_SOURCE_EMPTY');
    expect(task.failure?.hint).toBeTruthy();
  });

  test('an unknown format says why not each of the known ones', async () => {
    const folder = path.join(tempFolder(), 'set');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'table.parquet'), 'PAR1');
    const { task } = await imported(folder);
    expect(task.failure?.code).toBe('SLY_FORMAT_UNKNOWN');
    for (const name of ['coco', 'images', 'supervisely']) expect(task.failure?.detail).toContain(name);
    expect(task.failure?.hint).toContain('--as');
  });

  test('a file that still grows holds the source back, and the status file says which', {
    timeout: 60_000,
  }, async () => {
    const folder = path.join(daemon.upload, 'growing');
    writeSampleCoco(folder, { images: 2 });
    const fd = openSync(path.join(folder, 'late.bin'), 'w');
    const grow = setInterval(() => writeFileSync(fd, 'more'), 200);
    try {
      const status = await eventually(() => {
        const text = readFileSync(path.join(daemon.upload, '.sly', 'growing.status.json'), 'utf8');
        return text.includes('late.bin') ? text : undefined;
      });
      expect(status).toContain('settling');
      await delay(3_000);
      expect((await daemon.control.tasks(100)).some((task) => task.title.includes('growing'))).toBe(false);
    } finally {
      clearInterval(grow);
      closeSync(fd);
    }
    const task = await eventually(async () =>
      (await daemon.control.tasks(100)).find((one) => one.title.includes('growing')),
    );
    expect((await whenEnded(daemon.control, task.key)).result?.counts.items).toBe(2);
  });
});

describe.runIf(process.getuid?.() === 0)('a full disk', () => {
  test('no task starts, the reason is shown, and it goes on when there is room', {
    timeout: 90_000,
  }, async () => {
    const mount = tempFolder('small-disk');
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', mount]).status !== 0)
      throw new Error('a tmpfs could not be mounted');
    const filler = path.join(mount, 'filler');
    const small = await startSharedDaemon({
      data: path.join(mount, 'data'),
      flags: { 'disk-reserve-mb': '20' },
    });
    try {
      spawnSync('sh', ['-c', `dd if=/dev/zero of=${filler} bs=1M count=40 2>/dev/null`]);
      await eventually(async () => (await small.control.status()).waitingBecause ?? undefined, {
        what: 'the disk guard',
      });
      const { key } = await small.control.import({ path: coco(3) });
      await delay(3_000);
      expect((await small.control.task(key)).task.state).toBe('leased');
      expect((await small.control.status()).waitingBecause).toContain('free');
      spawnSync('rm', [filler]);
      expect((await whenEnded(small.control, key)).state).toBe('succeeded');
    } finally {
      await small.kill();
      spawnSync('umount', ['-l', mount]);
    }
  });
});
