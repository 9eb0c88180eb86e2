/** "Download as COCO" on the page of a real daemon, from the button to what is in the archive; a copy of the project. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { Parser } from 'tar';
import { expect, onTestFinished, test } from 'vitest';
import { seriousFindings } from '../support/accessibility.ts';
import { launchBrowser, noBrowser, openPage } from '../support/browser.ts';
import { startDaemon } from '../support/daemon.ts';
import { takePicture } from '../support/page-bench.ts';
import { projectIds } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { importAndWait } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Coco {
  images: { file_name: string }[];
  annotations: unknown[];
  categories: { name: string }[];
}

test.skipIf(noBrowser() !== undefined)(
  'a project is downloaded as COCO, then copied without its objects',
  async () => {
    const source = path.join(tempFolder(), 'street');
    writeSampleCoco(source, { images: 6 });
    const daemon = await startDaemon();
    cpSync(source, path.join(daemon.upload, 'street'), { recursive: true });
    await importAndWait(daemon.control, { path: path.join(daemon.upload, 'street') });
    const [projectId] = projectIds(daemon.data);
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const { page, errors, strangers } = await openPage(browser, daemon.url);
    await page.goto((await daemon.control.loginLink()).url);
    await page.getByText('Live', { exact: true }).waitFor();

    await page.goto(`${daemon.url}/projects/${projectId}`);
    await page.locator('.tile canvas[data-drawn]').nth(3).waitFor();
    await page.getByRole('button', { name: 'Download as' }).click();
    await page
      .getByRole('radio', { name: /^COCO\b/ })
      .first()
      .check();
    await page.getByText('6 items, about').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start' }).click();
    const link = page.getByRole('link', { name: /^Download \d/ });
    await link.waitFor({ timeout: 120_000 });
    await page.getByText('Kept until').waitFor();
    await takePicture(page, 'download-ready');
    expect(await seriousFindings(page)).toEqual([]);

    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const bytes = readFileSync(await download.path());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await page.getByText(sha256).waitFor();
    const files = await entriesOf(bytes);
    const pictures = [...files.keys()].filter((name) => name.endsWith('.png'));
    expect(pictures).toHaveLength(6);
    const json = [...files].find(([name]) => name.endsWith('.json'));
    const coco = JSON.parse(json?.[1].toString('utf8') ?? '{}') as Coco;
    expect(coco.images).toHaveLength(6);
    expect(coco.annotations).toHaveLength(12);
    expect(coco.categories.map((one) => one.name).sort()).toEqual(['car', 'person']);

    // No token is on the page; the link that needs none opens this archive and goes on in its middle.
    const shown = await page.locator('dialog').textContent();
    expect(shown).not.toContain(daemon.adminToken());
    expect(shown).toContain('$SLY_TOKEN');
    await page.getByRole('button', { name: 'Make a link that needs no token' }).click();
    const command = await page.locator('.command', { hasText: 'signature=' }).textContent();
    const url = /'(http[^']+)'/.exec(command ?? '')?.[1] ?? '';
    const rest = await fetch(url, { headers: { range: 'bytes=100-' } });
    expect(rest.status).toBe(206);
    expect(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(100))).toBe(true);
    await page.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: 'Copy project' }).click();
    const dialog = page.getByRole('dialog', { name: 'Copy street' });
    const part = (name: string) => dialog.getByRole('checkbox', { name });
    await part('Datasets').uncheck();
    for (const name of ['Images with their tags', 'What is drawn on the images']) {
      expect(await part(name).isChecked()).toBe(false);
      expect(await part(name).isDisabled()).toBe(true);
    }
    await part('Datasets').check();
    expect(await part('What is drawn on the images').isChecked()).toBe(true);
    await part('What is drawn on the images').uncheck();
    await dialog.getByLabel('Name of the copy').fill('bare street');
    await takePicture(page, 'copy');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
    await dialog.getByRole('link', { name: 'Open bare street' }).click();
    await page.getByRole('heading', { name: 'bare street' }).waitFor();
    await page.getByRole('status').getByText('6 images').waitFor();
    // The classes came along, nothing of them.
    await page.getByRole('button', { name: 'car polygon' }).click();
    await page.getByRole('status').getByText('0 images').waitFor();
    expect(errors).toEqual([]);
    expect(strangers).toEqual([]);
  },
);

async function entriesOf(tar: Buffer): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const parser = new Parser({
    onReadEntry(entry) {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => found.set(entry.path, Buffer.concat(chunks)));
    },
  });
  await new Promise((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
    Readable.from([tar]).pipe(parser);
  });
  return found;
}
