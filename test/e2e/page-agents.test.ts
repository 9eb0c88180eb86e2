/** The page of one agent on a real daemon: its machine, watched folder, doctor, clean-up, settings; and what is kept. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOOKS, seriousFindings } from '../support/accessibility.ts';
import { launchBrowser, noBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { startSharedDaemon } from '../support/daemon.ts';
import { eventually, type TestDaemon } from '../support/daemon-process.ts';
import { takePicture } from '../support/page-bench.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { importAndWait } from '../support/tasks.ts';

const missing = noBrowser();
let daemon: TestDaemon;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

/** A machine with one card, as far as its programs tell. */
function folderWithGpu(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sly-gpu-'));
  const file = path.join(folder, 'nvidia-smi');
  writeFileSync(file, "#!/bin/sh\necho '0, Test Card <b>9000</b>, 550.1, 2048, 8192, 61, 70'\n");
  chmodSync(file, 0o755);
  return folder;
}

async function logIn(options: { dark?: boolean; width?: number } = {}): Promise<void> {
  watched = await openPage(browser, daemon.url, options);
  page = watched.page;
  await page.goto((await daemon.control.loginLink()).url);
  await page.getByText('Live', { exact: true }).waitFor();
}

async function openAgent(): Promise<void> {
  await page.goto(`${daemon.url}/agents/1`);
  await page.getByRole('heading', { name: 'Settings in force' }).waitFor();
}

const agentToken = () => path.join(daemon.data, 'platform', 'local-agent-token');
const region = (name: string) => page.getByRole('region', { name, exact: true });

function nothingWentWrong(): void {
  expect(watched.errors).toEqual([]);
  expect(watched.strangers).toEqual([]);
}

describe.skipIf(missing !== undefined)(
  `the page of an agent${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(async () => {
      const PATH = `${folderWithGpu()}:${process.env.PATH}`;
      // With an engine, older builds of the plugins' image on this machine could be cleaned up too.
      const flags = { name: 'bench', runner: 'sandbox', 'settle-seconds': '2', 'link-allow': 'nas.local' };
      daemon = await startSharedDaemon({ env: { PATH }, flags });
      browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await daemon?.kill();
    });
    beforeEach(() => logIn());

    test('an empty folder teaches; what settles and what failed is told, and tried again', async () => {
      await page.goto(`${daemon.url}/agents`);
      await page.getByRole('link', { name: 'bench', exact: true }).click();
      const panel = region('Watched folder');
      await panel.getByText('Nothing lies in it').waitFor();
      await panel.getByText(daemon.upload, { exact: true }).waitFor();
      await panel.getByText('Watching', { exact: false }).first().waitFor();

      const half = path.join(daemon.upload, 'half');
      mkdirSync(half);
      writeFileSync(path.join(half, '.uploading'), '');
      writeFileSync(path.join(half, 'a.txt'), 'a');
      const bad = path.join(daemon.upload, 'bad');
      writeSampleCoco(bad, { images: 1 });
      writeFileSync(path.join(bad, 'sly-task.yaml'), 'plugin: [');
      await panel.getByRole('row', { name: /half .*\.uploading/ }).waitFor();
      await panel.getByRole('row', { name: /bad .*sly-task\.yaml/ }).waitFor();
      await panel.getByRole('button', { name: 'Try bad again' }).click();
      await panel.getByRole('row', { name: /bad .*sly-task\.yaml/ }).waitFor();
      writeFileSync(path.join(bad, 'sly-task.yaml'), 'project: fine\n');
      await eventually(
        async () => ((await panel.getByText('Did not make it').count()) === 0 ? true : undefined),
        { within: 60_000 },
      );
      nothingWentWrong();
    });

    test('the machine, its card and what a plugin gets are shown', async () => {
      await openAgent();
      await region('Graphics cards').getByText('0: Test Card <b>9000</b>').waitFor();
      await region('Graphics cards').getByText('2.1 GB of 8.6 GB').waitFor();
      await region('Machine').getByText('agrees with the platform', { exact: false }).waitFor();
      await region('Machine').getByText('Data', { exact: false }).first().waitFor();
      await region('Disk by class')
        .getByRole('row', { name: /^Journal \d/ })
        .waitFor();
      await region('Isolation')
        .getByRole('row', { name: /^Memory at most 4096 MB/ })
        .waitFor();
      await page.goto(`${daemon.url}/agents/77`);
      await page.getByText('There is no such agent').waitFor();
      nothingWentWrong();
    });

    test('the doctor runs by keyboard alone, says what to do, and is still there after a reload', async () => {
      await openAgent();
      const doctor = region('Doctor');
      await doctor.getByText('It has not run yet').waitFor();
      for (let presses = 0; ; presses++) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate('document.activeElement.textContent')) === 'Run the doctor') break;
        expect(presses).toBeLessThan(60);
      }
      await page.keyboard.press('Enter');
      await doctor.getByText(/nothing is wrong|to look at/).waitFor({ timeout: 120_000 });
      await doctor.getByRole('listitem').filter({ hasText: 'journal whole' }).waitFor();
      expect(await doctor.getByRole('listitem').count()).toBeGreaterThan(7);
      await page.reload();
      await doctor.getByRole('listitem').filter({ hasText: 'journal whole' }).waitFor();
      nothingWentWrong();
    });

    test('a clean-up shows first, removes exactly that, and leaves what is yours', async () => {
      const source = path.join(`${daemon.data}-mine`, 'street');
      rmSync(source, { recursive: true, force: true });
      writeSampleCoco(source, { images: 2 });
      const task = await importAndWait(daemon.control, { path: source });
      const folder = path.join(daemon.data, 'agent', 'tasks', task.key);
      await openAgent();
      const cleanUp = region('Clean-up');
      const look = cleanUp.getByRole('button', { name: 'Look what can go' });
      const appears = (what: Locator) =>
        eventually(
          async () => {
            if (await look.isEnabled()) await look.click();
            return (await what.count()) > 0 ? true : undefined;
          },
          { within: 60_000 },
        );
      // The log of the task may still be on its way to the platform, which is a reason to keep it.
      await appears(cleanUp.getByText('logs and reports of tasks that ended later'));
      await cleanUp.getByText('Nothing can be removed').waitFor();
      await cleanUp.getByLabel('Keep logs and reports').selectOption('0');
      await appears(cleanUp.getByRole('row', { name: /Import street, attempt 1/ }));
      await eventually(async () => ((await look.isEnabled()) ? true : undefined));
      expect(existsSync(folder)).toBe(true);
      const remove = cleanUp.getByRole('button', { name: 'Remove: Logs and reports of ended tasks' });
      await remove.press('Enter');
      await page.keyboard.press('Enter');
      await cleanUp.getByText(/^Removed \d+/).waitFor();
      expect(existsSync(folder)).toBe(false);
      expect(existsSync(path.join(source, 'annotations'))).toBe(true);
      expect(existsSync(path.join(daemon.upload, 'half', 'a.txt'))).toBe(true);
      nothingWentWrong();
    });

    test('a support bundle is made and saved at one click, after it was said what is in it', async () => {
      await openAgent();
      const support = region('Support bundle');
      await support.getByText('What is in it').click();
      await support.getByText('Not in it: tokens, passwords').waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download', { timeout: 120_000 }),
        support.getByRole('button', { name: 'Make and save it' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('support-bench.tar.gz');
      const saved = gunzipSync(readFileSync(await download.path())).toString('latin1');
      expect(saved).toContain('support/configuration.json');
      expect(saved).toContain('nas.local');
      expect(saved).toContain('"name": "journal"');
      for (const secret of [daemon.adminToken(), readFileSync(agentToken(), 'utf8').trim()])
        expect(saved).not.toContain(secret);
      await support.getByText('kept here for').waitFor();
      await support.getByRole('button', { name: 'Save it again' }).waitFor();
      nothingWentWrong();
    });

    test('settings have their origin; what is kept has its reason and its next time', async () => {
      await openAgent();
      await page.getByText('Every value, with where it comes from').press('Enter');
      const table = region('Settings in force');
      await table.getByRole('row', { name: /^link_allow nas\.local command line/ }).waitFor();
      await table.getByRole('row', { name: /^slots 2 default/ }).waitFor();
      await page.goto(`${daemon.url}/settings/retention`);
      const server = region('This server');
      await server.getByRole('row', { name: /^Archives of exports 30 days .*archive_days/ }).waitFor();
      await server.getByRole('button', { name: /^Dry run/ }).click();
      await server.getByText('A clean-up right now would remove nothing').waitFor();
      const agent = region('Agent bench');
      await agent.getByRole('row', { name: /^Logs and reports of ended tasks 30 days/ }).waitFor();
      await agent.getByText(/the next one in \d+ (min|s)/).waitFor();
      await agent.getByRole('button', { name: /^Dry run/ }).click();
      await agent.getByText('A clean-up right now would remove nothing').waitFor();
      nothingWentWrong();
    });

    test('who only looks sees the machine, and nothing else is asked for', async () => {
      const post = (method: string, body: object): Promise<Response> =>
        fetch(`${daemon.url}/public/api/v3/${method}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': daemon.adminToken() },
          body: JSON.stringify(body),
        });
      const password = 'a long enough password 7';
      await post('users.add', { login: 'vera', password, teamId: 1, teamRole: 'viewer' });
      const vera = await openPage(browser, daemon.url);
      await vera.page.goto(daemon.url);
      await vera.page.getByLabel('Login').fill('vera');
      await vera.page.getByLabel('Password').fill(password);
      await vera.page.getByRole('button', { name: 'Log in' }).click();
      await vera.page.getByText('Live', { exact: true }).waitFor();
      vera.errors.length = 0;
      await vera.page.goto(`${daemon.url}/agents/1`);
      await vera.page.getByRole('heading', { name: 'Isolation in force' }).waitFor();
      await vera.page.goto(`${daemon.url}/settings/retention`);
      await vera.page.getByRole('row', { name: /^Archives of exports/ }).waitFor();
      expect(await vera.page.getByRole('button', { name: /^Dry run/ }).count()).toBe(0);
      expect(vera.errors).toEqual([]);
      await vera.page.context().close();
    });

    test('no look has serious findings; nothing is wider than a phone', async () => {
      for (const { name, options } of LOOKS) {
        await logIn(options);
        for (const where of ['agents/1', 'settings/retention']) {
          if (where === 'agents/1') {
            await openAgent();
            await page.getByText('Every value, with where it comes from').click();
            await region('Watched folder').getByText('Last full scan').waitFor();
            await page.getByRole('button', { name: 'Look what can go' }).click();
          } else await page.goto(`${daemon.url}/${where}`);
          await eventually(async () =>
            (await page.getByText('Loading ...').count()) === 0 ? true : undefined,
          );
          const picture = `${where.replace('/', '-')}-${name}`;
          await takePicture(page, picture, { fullPage: true });
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
