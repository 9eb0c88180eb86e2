/** The page as it is built now before a platform with scripted agents: for a whole file of tests. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type ApiServer, startApiServer } from './api-server.ts';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';

/** Set to a folder to look at the page: every test leaves pictures there. */
const PICTURES = process.env.SLY_TEST_SCREENSHOTS;

export interface PageBench {
  server: ApiServer;
  browser: Browser;
  /** A new window, logged in as the administrator. */
  open(options?: Parameters<typeof openPage>[2]): Promise<WatchedPage>;
  stop(): Promise<void>;
}

export async function startPageBench(
  options: Omit<NonNullable<Parameters<typeof startApiServer>[0]>, 'webFolder'> = {},
): Promise<PageBench> {
  const { webFolder, remove } = buildPage();
  const server = await startApiServer({ ...options, webFolder });
  const browser = await launchBrowser();
  return {
    server,
    browser,
    open: (looks) => openLoggedIn(browser, server, looks),
    async stop() {
      await browser.close();
      await server.stop();
      remove();
    },
  };
}

export function buildPage(): { webFolder: string; remove(): void } {
  const webFolder = mkdtempSync(path.join(tmpdir(), 'sly-web-'));
  execFileSync(process.execPath, ['web/build.mjs', '--out', webFolder], { stdio: 'inherit' });
  return { webFolder, remove: () => rmSync(webFolder, { recursive: true, force: true }) };
}

export async function openLoggedIn(
  browser: Browser,
  server: ApiServer,
  options?: Parameters<typeof openPage>[2],
): Promise<WatchedPage> {
  const watched = await openPage(browser, server.url, options);
  await watched.page.goto(`${server.url}/login?code=${await server.auth.newLoginCode()}`);
  await watched.page.getByText('Live', { exact: true }).waitFor();
  return watched;
}

export async function takePicture(
  page: Page,
  name: string,
  options: { fullPage?: boolean } = {},
): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: path.join(PICTURES, `${name}.png`), ...options });
}

export function nothingWentWrong({ errors, strangers }: WatchedPage): void {
  expect(errors).toEqual([]);
  expect(strangers).toEqual([]);
}
