/** Agents, Plugins and Settings on the page of a real daemon: tokens, people, codes, archives, what is kept. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOOKS, seriousFindings } from '../support/accessibility.ts';
import { launchBrowser, noBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { startSharedDaemon } from '../support/daemon.ts';
import { eventually, type TestDaemon } from '../support/daemon-process.ts';
import { takePicture } from '../support/page-bench.ts';
import { projectIds } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { importAndWait } from '../support/tasks.ts';

const missing = noBrowser();
let daemon: TestDaemon;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

async function logIn(options: { dark?: boolean; width?: number } = {}): Promise<void> {
  watched = await openPage(browser, daemon.url, options);
  page = watched.page;
  await page.goto((await daemon.control.loginLink()).url);
  await page.getByText('Live', { exact: true }).waitFor();
}

async function open(where: string, heading: string): Promise<void> {
  await page.goto(`${daemon.url}/${where}`);
  await page.getByRole('heading', { name: heading, exact: true }).waitFor();
  await eventually(async () => ((await page.getByText('Loading ...').count()) === 0 ? true : undefined));
}

async function ask(method: string, token: string, body: object = {}): Promise<Response> {
  return fetch(`${daemon.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': token },
    body: JSON.stringify(body),
  });
}

/** A refused request is an error on the console too. */
function nothingWentWrong(): void {
  expect(watched.errors).toEqual([]);
  expect(watched.strangers).toEqual([]);
}

describe.skipIf(missing !== undefined)(
  `agents, plugins, settings${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(async () => {
      daemon = await startSharedDaemon();
      browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await daemon?.kill();
    });
    beforeEach(() => logIn());

    test('a token is made, shown once, works, and works no more when it is revoked', async () => {
      await open('settings', 'API tokens');
      const form = page.getByRole('form', { name: 'New API token' });
      await form.getByLabel('Name').fill('<img src=x onerror=alert(1)>');
      await form.getByLabel('May do').selectOption('viewer');
      await form.getByLabel('Good for').selectOption('30');
      await form.getByRole('button', { name: 'Make a token' }).click();
      const token = (await page.locator('.secret .command').textContent()) ?? '';
      expect(token.length).toBeGreaterThan(30);
      expect((await ask('projects.list', token, { workspaceId: 1 })).status).toBe(200);
      expect((await ask('users.add', token, { login: 'x' })).status).toBe(403);
      const { entities } = (await (await ask('tokens.list', daemon.adminToken())).json()) as {
        entities: { name: string; role: string; expiresAt: string }[];
      };
      const made = entities.find((one) => one.name.startsWith('<img'));
      expect(made?.role).toBe('viewer');
      const days = (Date.parse(made?.expiresAt ?? '') - Date.now()) / 86_400_000;
      expect([days > 29.9, days <= 30]).toEqual([true, true]);

      await page.reload();
      const row = page.getByRole('row').filter({ hasText: '<img' });
      await row.getByText('viewer').waitFor();
      expect(await page.content()).not.toContain(token);
      const revoke = row.getByRole('button', { name: 'Revoke' });
      await revoke.click();
      await page.keyboard.press('Escape');
      await revoke.waitFor();
      expect((await ask('users.me', token)).status).toBe(200);
      await revoke.press('Enter');
      await page.keyboard.press('Enter');
      await row.waitFor({ state: 'detached' });
      expect((await ask('users.me', token)).status).toBe(401);
      nothingWentWrong();
    });

    test('a user is added into a team, gets another role, is disabled', async () => {
      await open('settings/users', 'Users');
      const form = page.getByRole('form', { name: 'New user' });
      await form.getByLabel('Login').fill('anna');
      await form.getByLabel('First password').fill('a long enough password 7');
      await form.getByRole('button', { name: 'Add user' }).click();
      await page.getByRole('row').filter({ hasText: 'anna' }).waitFor();

      await open('settings/members', 'Members');
      const role = page.getByLabel('Role of anna in the team');
      expect(await role.inputValue()).toBe('viewer');
      await role.selectOption('manager');
      const team = (await (await ask('teams.list', daemon.adminToken())).json()) as {
        entities: { id: number }[];
      };
      await eventually(async () => {
        const answer = await ask('members.list', daemon.adminToken(), { teamId: team.entities[0]?.id });
        const { entities } = (await answer.json()) as { entities: { login: string; role: string }[] };
        return entities.find((one) => one.login === 'anna' && one.role === 'manager');
      });

      const anna = await openPage(browser, daemon.url);
      await anna.page.goto(daemon.url);
      await anna.page.getByLabel('Login').fill('anna');
      await anna.page.getByLabel('Password').fill('a long enough password 7');
      await anna.page.getByRole('button', { name: 'Log in' }).click();
      await anna.page.getByText('Live', { exact: true }).waitFor();
      anna.errors.length = 0;
      await anna.page.goto(`${daemon.url}/settings/users`);
      await anna.page.getByText('Admins of this server add users').waitFor();
      expect(await anna.page.getByRole('link', { name: 'Users' }).count()).toBe(0);
      await anna.page.goto(`${daemon.url}/settings/members`);
      await anna.page.getByText('Your role in this team is manager').waitFor();
      await anna.page.goto(`${daemon.url}/agents`);
      await anna.page.getByText('Online', { exact: true }).waitFor();
      expect(await anna.page.getByRole('button', { name: /Drain|Add an agent|New token/ }).count()).toBe(0);
      await anna.page.goto(`${daemon.url}/settings/server`);
      await anna.page.getByText('How full the disk').waitFor();
      // Nothing was asked for that she may not have.
      expect(anna.errors).toEqual([]);
      await anna.page.context().close();

      await open('settings/users', 'Users');
      await page.getByRole('button', { name: 'Disable anna' }).click();
      await page.getByRole('button', { name: 'Yes, disable' }).click();
      await page.getByRole('button', { name: 'Enable anna' }).waitFor();
      nothingWentWrong();
    });

    test('a code makes an agent, once; what is shown is the command', async () => {
      await open('agents', 'Agents');
      await page.getByText('Online', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Add an agent' }).click();
      await page.getByRole('button', { name: 'Make a code' }).click();
      const shown = page.locator('.command', { hasText: 'register' });
      const [, url, code = ''] =
        /^sly-agent register --server (\S+) --code (\S+)$/.exec((await shown.textContent()) ?? '') ?? [];
      expect(url).toBe(daemon.url);
      expect(await seriousFindings(page)).toEqual([]);
      await takePicture(page, 'code');
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByText('A new agent for every team').waitFor();
      expect(await page.content()).not.toContain(code);

      const main = path.join(import.meta.dirname, '..', '..', 'dist', 'src', 'main.js');
      const words = ['register', '--server', daemon.url, '--code', code, '--name', 'second'];
      const register = (): string =>
        execFileSync(process.execPath, [main, ...words, '--data', `${daemon.data}-second`], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      expect(register()).toContain('registered as second');
      expect(register).toThrow(/was used before/);
      const card = page.getByRole('article', { name: 'Agent second' });
      await card.getByText('Offline').waitFor();
      await page.reload();
      await card.getByText('never').waitFor();
      expect(await page.getByText('A new agent for every team').count()).toBe(0);
      nothingWentWrong();
    });

    test('plugins of the agent are found by what they are', async () => {
      await open('plugins', 'Plugins');
      const cards = page.locator('.plugin');
      expect(await cards.count()).toBeGreaterThan(5);
      const search = page.getByRole('searchbox', { name: 'Search plugins' });
      await search.fill('coco');
      const coco = cards.filter({ has: page.getByText(/^coco \d+\.\d+\.\d+$/) });
      await coco.getByText('no network').waitFor();
      const offers = (await (await ask('plugins.list', daemon.adminToken())).json()) as {
        entities: { name: string; digest: string | null }[];
      };
      const { digest } = offers.entities.find((one) => one.name === 'coco') ?? {};
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      await coco.getByText(digest as string, { exact: true }).waitFor();
      await coco.getByText('never run').waitFor();
      await coco.getByRole('button', { name: /^Test COCO on / }).click();
      await coco.getByText('export of 2 items, import of 2 items').waitFor({ timeout: 120_000 });
      await coco.getByText('Ok', { exact: true }).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      // Kept: it is there for who comes later.
      await page.reload();
      await search.fill('coco');
      await coco.getByText('export of 2 items, import of 2 items').waitFor();
      await coco.getByText('Options of import').click();
      await coco.getByText('Default:').first().waitFor();
      await search.fill('no such plugin');
      await page.getByText('No plugin is like that').waitFor();
      nothingWentWrong();
    });

    test('an archive is listed with its hash, downloaded, removed', async () => {
      const folder = path.join(daemon.upload, 'street');
      writeSampleCoco(`${daemon.data}-street`, { images: 2 });
      cpSync(`${daemon.data}-street`, folder, { recursive: true });
      await importAndWait(daemon.control, { path: folder });
      const [projectId] = projectIds(daemon.data);
      await ask('exports.start', daemon.adminToken(), { projectId, plugin: 'coco', options: {} });
      await eventually(
        async () => {
          const answer = await ask('archives.list', daemon.adminToken());
          return ((await answer.json()) as { entities: unknown[] }).entities[0];
        },
        { within: 120_000 },
      );
      await open('settings/archives', 'Archives');
      const link = page.getByRole('link', { name: /^Download / });
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      const sha256 = createHash('sha256')
        .update(readFileSync(await download.path()))
        .digest('hex');
      await page.getByText(sha256, { exact: true }).waitFor();
      await page.getByText('in 29 d').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await takePicture(page, 'archives-one');
      await page.getByRole('button', { name: /^Remove / }).click();
      await page.getByRole('button', { name: 'Yes, remove' }).click();
      await page.getByText('No archive is kept').waitFor();
      const left = await ask('archives.list', daemon.adminToken());
      expect(await left.json()).toMatchObject({ entities: [] });
      nothingWentWrong();
    });

    test('no look has serious findings; nothing is wider than a phone', async () => {
      for (const { name, options } of LOOKS) {
        await logIn(options);
        for (const [where, heading] of [
          ['agents', 'Agents'],
          ['plugins', 'Plugins'],
          ['settings/account', 'Set a password'],
          ['settings/tokens', 'API tokens'],
          ['settings/members', 'Members'],
          ['settings/users', 'Users'],
          ['settings/server', 'Storage'],
          ['settings/archives', 'Archives'],
        ] as const) {
          await open(where, heading);
          await takePicture(page, `${where.replace('/', '-')}-${name}`);
          expect([where, name, await seriousFindings(page)]).toEqual([where, name, []]);
          const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect([where, name, wide]).toEqual([where, name, 0]);
        }
        nothingWentWrong();
        await page.context().close();
      }
    });
  },
);
