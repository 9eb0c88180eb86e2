import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSourceOpener } from '../../../../src/agent/intake/open-source.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import type { Progress } from '../../../../src/protocol/task.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const opener = createSourceOpener({ log: silentLogger() });
const options = (folder: string, onProgress: (progress: Progress) => void = () => undefined) => ({
  workFolder: path.join(folder, 'work'),
  signal: new AbortController().signal,
  onProgress,
});

function write(folder: string, name: string, text = name): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('a folder', () => {
  it('is read where it is; every entry is a file, left out or refused, with its reason', async () => {
    const folder = tempFolder('open');
    const set = path.join(folder, 'set');
    for (const name of ['a.jpg', 'deep/er/b.jpg', 'new\nline.jpg', 'emoji 🐟.jpg', 'empty.txt'])
      write(set, name);
    for (const name of ['.DS_Store', '.git/HEAD', '.git/objects/aa', 'c.jpg.part', '.env', 'sly-task.yaml'])
      write(set, name);
    symlinkSync('/etc', path.join(set, 'etc'));
    symlinkSync('a.jpg', path.join(set, 'same.jpg'));
    symlinkSync('..', path.join(set, 'deep/loop'));
    execFileSync('mkfifo', [path.join(set, 'pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(`${set}/bad-`), Buffer.from([0xe4])]), 'x');
    const tree = await opener.open({ kind: 'path', path: set }, options(folder));
    expect(tree.root).toBe(set);
    expect(tree.files.map((file) => file.path).sort()).toEqual(
      ['a.jpg', 'deep/er/b.jpg', 'emoji 🐟.jpg', 'empty.txt', 'new\nline.jpg'].sort(),
    );
    const stat = statSync(path.join(set, 'a.jpg'), { bigint: true });
    expect(tree.files.find((file) => file.path === 'a.jpg')).toEqual({
      path: 'a.jpg',
      size: 5,
      mtimeNs: stat.mtimeNs,
      inode: stat.ino,
    });
    expect(
      Object.fromEntries(tree.refused.map((line) => [line.file, `${line.status} ${line.code}`])),
    ).toEqual({
      '.DS_Store': 'skipped SLY_FILE_JUNK',
      '.git': 'skipped SLY_FILE_JUNK',
      'c.jpg.part': 'skipped SLY_FILE_TEMP',
      '.env': 'skipped SLY_FILE_HIDDEN',
      'sly-task.yaml': 'skipped SLY_FILE_TASK',
      etc: 'failed SLY_FILE_LINK',
      'same.jpg': 'failed SLY_FILE_LINK',
      'deep/loop': 'failed SLY_FILE_LINK',
      pipe: 'failed SLY_FILE_SPECIAL',
      'bad-%E4': 'failed SLY_FILE_NAME',
    });
  });

  it.runIf(process.getuid?.() === 0)('names what plugins may not read, with the way out', async () => {
    const folder = tempFolder('modes');
    const set = path.join(folder, 'set');
    write(set, 'open.jpg');
    chmodSync(write(set, 'closed.jpg'), 0o600);
    write(set, 'dir/inside.jpg');
    chmodSync(path.join(set, 'dir'), 0o700);
    const tree = await opener.open({ kind: 'files', root: set }, options(folder));
    expect(tree.files.map((file) => file.path)).toEqual(['open.jpg']);
    expect(tree.refused.map((line) => [line.file, line.code])).toEqual([
      ['closed.jpg', 'SLY_FILE_UNREADABLE'],
      ['dir', 'SLY_FILE_UNREADABLE'],
    ]);
    expect(tree.refused[0]?.hint).toContain('chmod');
  });

  it('gone, a link, a pipe: typed errors', async () => {
    const folder = tempFolder('gone');
    const at = (name: string) =>
      opener.open({ kind: 'path', path: path.join(folder, name) }, options(folder));
    await expect(at('gone')).rejects.toMatchObject({ code: 'SLY_SOURCE_GONE' });
    symlinkSync('/etc', path.join(folder, 'link'));
    await expect(at('link')).rejects.toMatchObject({ code: 'SLY_PATH_ESCAPES' });
    execFileSync('mkfifo', [path.join(folder, 'pipe.zip')]);
    await expect(at('pipe.zip')).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
    const gone = opener.open({ kind: 'files', root: path.join(folder, 'nowhere') }, options(folder));
    await expect(gone).rejects.toMatchObject({ code: 'SLY_SOURCE_GONE' });
  });
});

describe('a loose file', () => {
  it('is linked into a folder of its own; taking the folder away leaves the original', async () => {
    const folder = tempFolder('loose');
    const file = write(folder, 'photo.jpg', 'bytes');
    write(folder, 'work/left/over');
    const tree = await opener.open({ kind: 'path', path: file }, options(folder));
    expect(tree.files.map((one) => [one.path, one.inode])).toEqual([
      ['photo.jpg', statSync(file, { bigint: true }).ino],
    ]);
    expect(tree.refused).toEqual([]);
    rmSync(path.join(folder, 'work'), { recursive: true });
    expect(readFileSync(file, 'utf8')).toBe('bytes');
  });

  it('that others may not read is copied, so that the original keeps its mode', async () => {
    const folder = tempFolder('loose');
    const file = write(folder, 'secret.mp4', 'bytes');
    chmodSync(file, 0o600);
    const seen: Progress[] = [];
    const tree = await opener.open(
      { kind: 'path', path: file },
      options(folder, (one) => seen.push(one)),
    );
    const staged = path.join(tree.root, 'secret.mp4');
    expect(readFileSync(staged, 'utf8')).toBe('bytes');
    expect(statSync(staged).mode & 0o777).toBe(0o644);
    expect(statSync(tree.root).mode & 0o777).toBe(0o755);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
