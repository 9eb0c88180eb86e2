/**
 * Takes the pictures of the README anew: `npm run pictures` writes docs/pictures/*.png. A daemon of its own with
 * made data; needs Chromium.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser, openPage } from '../test/support/browser.ts';
import { type Box, makeClouds } from '../test/support/cloud-project.ts';
import { launchDaemon, type TestDaemon } from '../test/support/daemon-process.ts';
import { platformApi } from '../test/support/platform-api.ts';
import { sdkClient } from '../test/support/sdk-client.ts';

const OUT = path.join(import.meta.dirname, '..', 'docs', 'pictures');
const CARS: Box[] = [
  { at: [6, 2.2, 0.8], turn: 0, size: [4.2, 1.8, 1.6] },
  { at: [-8, -2.4, 0.8], turn: Math.PI, size: [4.4, 1.9, 1.6] },
  { at: [14, -5.5, 0.8], turn: Math.PI / 3, size: [4, 1.8, 1.5] },
];

const folder = mkdtempSync(path.join(tmpdir(), 'sly-pictures-'));
const daemon = await launchDaemon({
  data: path.join(folder, 'data'),
  flags: { 'settle-seconds': '3600' },
  env: { SLY_TEST_PLUGINS: '0' },
});
const browser = await launchBrowser();
try {
  mkdirSync(OUT, { recursive: true });
  const { page } = await openPage(browser, daemon.url, { width: 1200 });
  await page.setViewportSize({ width: 1200, height: 760 });
  await page.goto((await daemon.control.loginLink()).url);
  await page.getByText('Live', { exact: true }).waitFor();
  await takeImport(page, daemon);
  await takeCloud(page, daemon);
} finally {
  await browser.close();
  await daemon.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function take(page: Page, name: string): Promise<void> {
  // Few colours are on the page: a palette takes a quarter of the bytes.
  const png = sharp(await page.screenshot()).png({ palette: true, quality: 90, effort: 10 });
  await png.toFile(path.join(OUT, `${name}.png`));
  process.stdout.write(`${name}.png\n`);
}

async function takeImport(page: Page, { url }: TestDaemon): Promise<void> {
  await page.goto(`${url}/import`);
  await page.getByRole('button', { name: 'Try a sample' }).click();
  await page.getByRole('heading', { name: /^COCO/ }).waitFor({ timeout: 60_000 });
  await page.locator('.sample canvas[data-drawn]').nth(11).waitFor();
  await take(page, 'import');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Open project' }).waitFor({ timeout: 60_000 });
  await take(page, 'task');
}

async function takeCloud(page: Page, { url, adminToken }: TestDaemon): Promise<void> {
  const token = adminToken();
  const sdk = sdkClient({ url, token, api: platformApi(url, token) } as Parameters<typeof sdkClient>[0]);
  const { projectId, clouds } = await makeClouds(sdk, { files: [street()], boxes: [CARS] });
  await sdk.api('projects.editInfo', { id: projectId, name: 'Street scans' });
  await page.goto(`${url}/projects/${projectId}/clouds/${clouds[0]}`);
  await page.locator('[aria-busy=false] canvas').first().waitFor({ timeout: 60_000 });
  for (let zoom = 0; zoom < 3; zoom++) await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.waitForTimeout(3000);
  await take(page, 'cloud');
}

/** A road, its kerbs, walls and the cars, as a scanner in the middle sees them: rings that get wider. */
function street(): Buffer {
  const points: string[] = [];
  for (let ring = 3; ring < 30; ring += 0.35)
    for (let angle = 0; angle < 2 * Math.PI; angle += 0.012) {
      const [x, y] = [ring * Math.cos(angle), ring * Math.sin(angle)];
      const car = CARS.find((box) => isInside(box, x, y));
      const wall = Math.abs(y) > 9;
      const kerb = Math.abs(y) > 6.5;
      const grain = Math.abs(Math.sin(ring * 91 + angle * 57));
      const height = car !== undefined ? grain * 1.5 : wall ? grain * 4 : kerb ? 0.15 : 0;
      points.push(`${x.toFixed(3)} ${(wall ? 9 * Math.sign(y) : y).toFixed(3)} ${height.toFixed(3)}`);
    }
  const head = `VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH ${points.length}\nHEIGHT 1\nPOINTS ${points.length}\nDATA ascii\n`;
  return Buffer.from(`${head}${points.join('\n')}\n`);
}

function isInside({ at, turn, size }: Box, x: number, y: number): boolean {
  const [dx, dy] = [x - at[0], y - at[1]];
  const along = dx * Math.cos(turn) + dy * Math.sin(turn);
  const across = dy * Math.cos(turn) - dx * Math.sin(turn);
  return Math.abs(along) < size[0] / 2 && Math.abs(across) < size[1] / 2;
}
