/** Chromium for tests of the page; every console error and every request to elsewhere is kept. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

export interface WatchedPage {
  page: Page;
  /** What went wrong in the page: exceptions, console errors, refused by its own CSP. */
  errors: string[];
  /** Requests that did not go to the platform. */
  strangers: string[];
}

const CHROMIUM = process.env.SLY_TEST_CHROMIUM ?? '/usr/bin/chromium';

/** Why the page cannot be tested here, or undefined. Continuous integration must have a browser. */
export function noBrowser(): string | undefined {
  if (existsSync(CHROMIUM) || process.env.SLY_REQUIRE_DOCKER === '1') return undefined;
  return `there is no Chromium at ${CHROMIUM} (SLY_TEST_CHROMIUM names another)`;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export async function openPage(
  browser: Browser,
  url: string,
  options: { dark?: boolean; width?: number } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1360, height: 900 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  const strangers: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    const to = request.url();
    if (!to.startsWith(url) && !/^(data|blob):/.test(to)) strangers.push(to);
  });
  return { page, errors, strangers };
}
