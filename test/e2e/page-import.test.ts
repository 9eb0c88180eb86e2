/** Importing through the page: a real browser, a real daemon, real files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sampleDataset } from '../../src/platform/api/uploads/sample-dataset.ts';
import { seriousFindings } from '../support/accessibility.ts';
import { launchBrowser, noBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { startSharedDaemon } from '../support/daemon.ts';
import type { TestDaemon } from '../support/daemon-process.ts';
import { takePicture } from '../support/page-bench.ts';
import { type PlatformApi, platformApi } from '../support/platform-api.ts';

/** Of one plugin run on a busy machine. */
const LOOK_MS = 90_000;

let browser: Browser;
let daemon: TestDaemon;
let api: PlatformApi;
let folder: string;
let watched: WatchedPage;
let page: Page;

const missing = noBrowser();

describe.skipIf(missing !== undefined)(
  `importing on the page${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  { timeout: 240_000 },
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'sly-import-page-'));
      // Nothing in the upload folder is imported by itself here.
      daemon = await startSharedDaemon({ flags: { 'settle-seconds': '3600' } });
      api = platformApi(daemon.url, daemon.adminToken());
      browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await daemon?.kill();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      watched = await openPage(browser, daemon.url);
      page = watched.page;
      page.setDefaultTimeout(30_000);
    });

    async function openImport(): Promise<void> {
      await page.goto((await daemon.control.loginLink()).url);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.goto(`${daemon.url}/import`);
      await page.getByText('Drop a folder, files or an archive').waitFor();
    }

    const look = (name: string) => takePicture(page, name, { fullPage: true });

    function writeDataset(target: string): string {
      for (const { path: name, bytes } of sampleDataset()) {
        mkdirSync(path.dirname(path.join(target, name)), { recursive: true });
        writeFileSync(path.join(target, name), bytes);
      }
      return target;
    }

    const picker = (label: string) => page.getByLabel(label, { exact: true });

    test('a folder: what is in it, then a project', async () => {
      const source = writeDataset(path.join(folder, 'shapes'));
      writeFileSync(path.join(source, 'notes.txt'), 'not part of it');
      await openImport();
      await look('import-empty');
      await picker('Folder to upload').setInputFiles(source);
      await page.getByRole('heading', { name: 'Import shapes' }).waitFor();
      await page.getByRole('heading', { name: /^COCO/ }).waitFor({ timeout: LOOK_MS });
      await page.locator('.sample canvas[data-drawn]').nth(11).waitFor();
      await page.getByText('Why not another format').click();
      await page.locator('.why-not dt').filter({ hasText: 'Supervisely' }).waitFor();
      expect(await page.locator('.counts b').first().textContent()).toBe('12');
      await page.locator('.name-list').getByText('triangle', { exact: true }).waitFor();
      await page.getByRole('cell', { name: 'notes.txt' }).waitFor();
      await look('import-inspected');
      expect(await seriousFindings(page)).toEqual([]);
      expect((await api<{ entities: unknown[] }>('projects.list', { workspaceId: 1 })).entities).toEqual([]);

      await page.getByLabel('Project name').fill('Shapes of the page');
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByRole('button', { name: 'Open project' }).waitFor({ timeout: LOOK_MS });
      const { entities } = await api<{ entities: object[] }>('projects.list', { workspaceId: 1 });
      expect(entities).toMatchObject([{ name: 'Shapes of the page', itemsCount: 12 }]);
      expect(watched.errors).toEqual([]);
      expect(watched.strangers).toEqual([]);
    });

    test('an upload goes on after a reload and sends nothing twice', async () => {
      const source = writeDataset(path.join(folder, 'large'));
      const big = Buffer.alloc(22 << 20, 'sly-agent ');
      writeFileSync(path.join(source, 'movie.bin'), big);
      const sent: { offset: number; size: number; ok: boolean }[] = [];
      let groups = 0;
      await page.route('**/uploads/*', async (route, request) => {
        if (request.method() !== 'PATCH') return route.continue();
        const chunk = { offset: Number(request.headers()['upload-offset']), size: 0, ok: false };
        chunk.size = request.postDataBuffer()?.length ?? 0;
        sent.push(chunk);
        await new Promise((resolve) => setTimeout(resolve, 400));
        const reply = await route.fetch().catch(() => undefined);
        if (reply === undefined) return route.abort();
        chunk.ok = reply.status() === 204;
        return route.fulfill({ response: reply }).catch(() => undefined);
      });
      page.on('request', (request) => {
        if (request.url().endsWith('images.bulk.upload')) groups++;
      });
      page.on('dialog', (dialog) => void dialog.accept());
      await openImport();
      await picker('Folder to upload').setInputFiles(source);
      await expect
        .poll(() => sent.filter((one) => one.ok).length, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(2);
      await page.getByText('movie.bin').waitFor();
      await look('import-sending');
      await expect
        .poll(() => api('uploads.list'), { timeout: 30_000 })
        .toMatchObject({
          entities: expect.arrayContaining([expect.objectContaining({ name: 'large', files: 13 })]),
        });
      const groupsBefore = groups;
      await page.reload();

      await page.getByText('Drop it on the page again').first().waitFor();
      await look('import-unfinished');
      const known = sent.filter((one) => one.ok).length;
      await picker('Folder to upload').setInputFiles(source);
      await page.getByRole('heading', { name: 'Import large' }).waitFor({ timeout: 60_000 });
      const whole = sent.filter((one) => one.ok);
      expect(known).toBeLessThan(whole.length);
      // Each byte of the large file was accepted exactly once, and no small file was sent again.
      const order = whole.toSorted((a, b) => a.offset - b.offset);
      let at = 0;
      for (const { offset, size } of order) {
        expect(offset).toBe(at);
        at += size;
      }
      expect(at).toBe(big.length);
      expect(groups).toBe(groupsBefore);
      const { entities } = await api<{ entities: object[] }>('uploads.list');
      expect(entities[0]).toMatchObject({ name: 'large', files: 14, expectedFiles: 14 });
    });

    test('files dropped on any view begin an upload; pause and cancel', async () => {
      await openImport();
      await page.goto(`${daemon.url}/tasks`);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.route('**/uploads/*', (route, request) =>
        request.method() === 'PATCH' ? new Promise(() => undefined) : route.continue(),
      );
      await page.evaluate(`{
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(3_000_000)], 'dropped.zip', { lastModified: 1 }));
        for (const name of ['dragenter', 'drop']) {
          const about = { dataTransfer: transfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent(name, about));
        }
      }`);
      await page.getByRole('heading', { name: 'Uploading dropped.zip' }).waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('heading', { name: 'Paused dropped.zip' }).waitFor();
      await page.getByRole('link', { name: 'Tasks' }).click();
      await page.getByRole('link', { name: /^Paused/ }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Drop a folder, files or an archive').waitFor();
      const { entities } = await api<{ entities: { name: string }[] }>('uploads.list');
      expect(entities.map((one) => one.name)).not.toContain('dropped.zip');
    });

    test('what was dropped is read again after a reload, at one click', async () => {
      await openImport();
      let held = true;
      await page.route('**/uploads/*', (route, request) =>
        held && request.method() === 'PATCH' ? new Promise(() => undefined) : route.continue(),
      );
      page.on('dialog', (dialog) => void dialog.accept());
      // A file of the page's own storage: its handle is of the kind a dropped file has, and is kept alike.
      await page.evaluate(`(async () => {
        const root = await navigator.storage.getDirectory();
        const handle = await root.getFileHandle('kept.zip', { create: true });
        const writer = await handle.createWritable();
        await writer.write(new Uint8Array(3_000_000));
        await writer.close();
        DataTransferItem.prototype.getAsFileSystemHandle = async () => handle;
        const transfer = new DataTransfer();
        transfer.items.add(await handle.getFile());
        for (const name of ['dragenter', 'drop']) {
          const about = { dataTransfer: transfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent(name, about));
        }
      })()`);
      await page.getByRole('heading', { name: 'Uploading kept.zip' }).waitFor();
      const kept = `new Promise((resolve) => {
        const open = indexedDB.open('sly-agent-uploads', 1);
        open.onsuccess = () => {
          const count = open.result.transaction('handles').objectStore('handles').count();
          count.onsuccess = () => { open.result.close(); resolve(count.result); };
        };
      })`;
      await expect.poll(() => page.evaluate(kept), { timeout: 20_000 }).toBe(1);
      held = false;
      await page.reload();
      await page.getByRole('button', { name: 'Resume kept.zip' }).click();
      // It is sent to its end, and told for what it is: zeros, and no archive.
      await page
        .getByRole('alert')
        .getByText(/archive/i)
        .first()
        .waitFor({ timeout: LOOK_MS });
      await expect.poll(() => page.evaluate(kept), { timeout: 20_000 }).toBe(0);
    });

    test('where two formats fit the person says which it is', async () => {
      const source = writeDataset(path.join(folder, 'twofold'));
      const shape = {
        label: 'disc',
        points: [
          [9, 9],
          [90, 90],
        ],
        shape_type: 'rectangle',
        group_id: null,
        flags: {},
      };
      const labelme = {
        version: '5.2.1',
        flags: {},
        shapes: [shape],
        imagePath: 'scene-001.png',
        imageData: null,
      };
      writeFileSync(
        path.join(source, 'images', 'scene-001.json'),
        JSON.stringify({ ...labelme, imageHeight: 320, imageWidth: 480 }),
      );
      await openImport();
      await picker('Folder to upload').setInputFiles(source);
      await page.getByRole('heading', { name: 'More than one format fits' }).waitFor({ timeout: LOOK_MS });
      await look('import-which');
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Use LabelMe' }).click();
      await page.getByRole('heading', { name: /^LabelMe/ }).waitFor({ timeout: LOOK_MS });
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByRole('heading', { name: 'Import twofold' }).waitFor();
      const [task] = (await api<{ entities: object[] }>('tasks.recent', { limit: 1 })).entities;
      expect(task).toMatchObject({ spec: { plugin: 'labelme', dryRun: false } });
    });

    test("an agent's folder: browse, look inside, import", async () => {
      writeDataset(path.join(daemon.upload, '2024', 'lemons'));
      await openImport();
      await page.getByRole('tab', { name: "Agent's folder" }).click();
      await page.getByRole('button', { name: 'Open 2024' }).click();
      await page.getByRole('radio', { name: 'lemons' }).check();
      await look('import-agent');
      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByRole('heading', { name: /^COCO/ }).waitFor({ timeout: LOOK_MS });
      await page.getByText('every file was understood').waitFor();
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByRole('heading', { name: 'Import 2024/lemons' }).waitFor();
      const [task] = (await api<{ entities: object[] }>('tasks.recent', { limit: 1 })).entities;
      expect(task).toMatchObject({
        spec: { source: { kind: 'upload', path: '2024/lemons' }, dryRun: false },
      });
    });

    test('links: each one that cannot be used is told with its line and the reason', async () => {
      await openImport();
      await page.getByRole('tab', { name: 'Links' }).click();
      const lines = ['http://127.0.0.1:9/a.jpg', 'not an address', 'ftp://example.org/b.jpg'];
      await page.getByRole('textbox').fill(lines.join('\n'));
      await page.getByText('2 lines that are no address').waitFor();
      await page.getByRole('button', { name: 'Check 1 link' }).click();
      await page.getByRole('alert').getByText('No item could be imported').waitFor({ timeout: LOOK_MS });
      await page.getByRole('row').filter({ hasText: 'expected a public address, got 127.0.0.1' }).waitFor();
      await page.getByRole('row').filter({ hasText: 'links.txt' }).nth(2).waitFor();
      await look('import-links');
    });

    test('the sample, by keyboard alone and without the event stream', async () => {
      await openImport();
      await page.route('**/events*', (route) => route.abort());
      await page.reload();
      await page.getByText('Polling').waitFor();
      await press('Try a sample');
      await page.getByRole('heading', { name: /^COCO/ }).waitFor({ timeout: LOOK_MS });
      await press('Import');
      await page.getByRole('heading', { name: 'Import Drawn shapes' }).waitFor();
    });

    /** Tabs to the button of this name and presses it. */
    async function press(name: string): Promise<void> {
      for (let k = 0; k < 60; k++) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate('document.activeElement.textContent')) === name) {
          await page.keyboard.press('Enter');
          return;
        }
      }
      throw new Error(`no ${name} was reached by Tab`);
    }

    test('other ways name this server; tabs move with the arrow keys; a phone shows it all', async () => {
      watched = await openPage(browser, daemon.url, { dark: true, width: 390 });
      page = watched.page;
      await openImport();
      await look('import-phone');
      await page.getByRole('tab', { name: 'Browser upload' }).press('ArrowLeft');
      await page.getByText(`${daemon.url}/public/api/v3/imports.start`).first().waitFor();
      expect(await page.evaluate('document.activeElement.id')).toBe('tab-other');
      expect(await page.getByRole('main').textContent()).not.toContain(daemon.adminToken());
      for (const from of ['browser', 'agent', 'links', 'other']) {
        await page.goto(`${daemon.url}/import?from=${from}`);
        await page.getByRole('tabpanel').locator('> *').first().waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        await look(`import-phone-${from}`);
        expect(await seriousFindings(page)).toEqual([]);
      }
      expect(watched.errors).toEqual([]);
    });
  },
);
