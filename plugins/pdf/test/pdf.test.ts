/** Documents are made by Pillow; what is drawn is compared with what poppler draws of the same page, where it is installed. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SlyError } from '../../../src/lib/errors.ts';
import { hasPython, runPython } from '../../../test/support/python.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { openRenderer } from '../renderer.ts';

const FIXTURES = path.join(import.meta.dirname, '..', 'fixtures');
const SCRIPT = path.join(import.meta.dirname, 'make_pdf.py');
const timeout = 60_000;
const hasPoppler = spawnSync('pdftoppm', ['-v']).error === undefined;
if (!hasPoppler) process.stderr.write('SKIPPED: the PDF oracle needs pdftoppm (poppler-utils)\n');

test('every page is an item; the document is accounted for', { timeout }, async () => {
  const run = await runPlugin({ action: 'import', plugin: 'pdf', folder: FIXTURES, options: { dpi: 144 } });
  expect(run.failure).toBeUndefined();
  expect(run.items.map(({ dataset, name, width, height }) => [dataset, name, width, height])).toEqual([
    ['ds0', 'one_page_0.png', 400, 240],
    ['ds0', 'three_page_0.png', 400, 240],
    ['ds0', 'three_page_1.png', 400, 240],
    ['ds0', 'three_page_2.png', 400, 240],
  ]);
  expect(run.used.map(({ file }) => file)).toEqual(['data/one.pdf', 'data/three.pdf']);
  expect(run.reports).toEqual([]);
});

test.skipIf(!hasPoppler || !hasPython('PIL'))('draws what poppler draws', { timeout }, async () => {
  const { items, taskFolder } = await runPlugin({
    action: 'import',
    plugin: 'pdf',
    folder: FIXTURES,
    options: { dpi: 144 },
  });
  const folder = tempFolder('poppler');
  for (const [page, name] of ['three_page_0.png', 'three_page_1.png', 'three_page_2.png'].entries()) {
    const number = String(page + 1);
    const args = ['-png', '-r', '144', '-f', number, '-l', number, '-singlefile'];
    expect(
      spawnSync('pdftoppm', [...args, path.join(FIXTURES, 'three.pdf'), path.join(folder, number)]).status,
    ).toBe(0);
    const mine = path.join(taskFolder, items.find((item) => item.name === name)?.file ?? '');
    expect(Number(runPython(SCRIPT, 'compare', mine, path.join(folder, `${number}.png`)))).toBeLessThan(40);
  }
});

test('a broken document and one with another content are told, the good one is imported', {
  timeout,
}, async () => {
  const folder = tempFolder('pdf');
  cpSync(path.join(FIXTURES, 'one.pdf'), path.join(folder, 'good.pdf'));
  const bytes = readFileSync(path.join(FIXTURES, 'three.pdf'));
  writeFileSync(path.join(folder, 'cut.pdf'), bytes.subarray(0, 60));
  writeFileSync(path.join(folder, 'text.pdf'), 'hello');
  const run = await runPlugin({
    action: 'import',
    plugin: 'pdf',
    folder,
    options: { dpi: 36, datasets: 'document' },
  });
  expect(run.items.map(({ dataset, name }) => [dataset, name])).toEqual([['good', 'good_page_0.png']]);
  expect(run.reports.map(({ status, file, code }) => [status, file, code])).toEqual([
    ['failed', 'data/cut.pdf', 'SLY_IMAGE_UNREADABLE'],
    ['failed', 'data/text.pdf', 'SLY_IMAGE_UNREADABLE'],
  ]);
  expect(run.reports[0]?.message).toContain('corrupt');
});

test('a page that would be too large says how to make it smaller', { timeout }, async () => {
  const text = readFileSync(path.join(FIXTURES, 'one.pdf'), 'latin1');
  const large = text.replace(/\/MediaBox\s*\[[^\]]*\]/, '/MediaBox [0 0 9999 9999]');
  expect(large).not.toBe(text);
  const run = await runPlugin({
    action: 'import',
    plugin: 'pdf',
    files: { 'large.pdf': Buffer.from(large, 'latin1') },
    options: { dpi: 1200 },
  });
  expect(run.failure).toMatchObject({ code: 'SLY_PUBLISH_NOTHING' });
  expect(run.reports[0]).toMatchObject({ place: 'page 0', hint: expect.stringContaining('dpi') });
});

test('detects documents by their bytes', { timeout }, async () => {
  const confidence = async (files: Record<string, string | Uint8Array>) => {
    const { detection } = await runPlugin({ action: 'detect', files });
    return detection?.candidates.find((one) => one.plugin === 'pdf')?.confidence ?? 0;
  };
  const bytes = readFileSync(path.join(FIXTURES, 'one.pdf'));
  expect(await confidence({ 'a.pdf': bytes, 'readme.txt': 'x' })).toBeGreaterThan(0.8);
  expect(await confidence({ 'a.pdf': 'no document' })).toBe(0);
  expect(await confidence({ 'a.pdf': bytes, 'a.jpg': 'x', 'b.jpg': 'x' })).toBeLessThan(0.3);
});

test('damaged documents: pages or SLY_IMAGE_UNREADABLE, never anything else', {
  timeout: 300_000,
}, async () => {
  const renderer = await openRenderer();
  const sound = ['one.pdf', 'three.pdf'].map((name) => readFileSync(path.join(FIXTURES, name)));
  const outcomes = { opened: 0, refused: 0, drawn: 0 };
  const target = path.join(tempFolder('fuzz'), 'a.png');
  let seed = 11;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % below;
  };
  for (let round = 0; round < 10_000; round++) {
    const whole = sound[round % 2] as Buffer;
    const bytes = Buffer.from(whole.subarray(0, round % 8 < 2 ? random(whole.length) : whole.length));
    for (let change = 0; change < 6 && bytes.length > 0; change++) bytes[random(bytes.length)] = random(256);
    try {
      const document = await renderer.open(bytes);
      outcomes.opened++;
      try {
        if (round % 10 > 7 && document.pages > 0) {
          await document.render(0, 24, target);
          outcomes.drawn++;
        }
      } finally {
        document.close();
      }
    } catch (error) {
      if (!(error instanceof SlyError)) throw error;
      expect(error.code).toBe('SLY_IMAGE_UNREADABLE');
      outcomes.refused++;
    }
  }
  // All outcomes must have been met, else the damage was of no use.
  for (const times of Object.values(outcomes)) expect(times).toBeGreaterThan(500);
});
