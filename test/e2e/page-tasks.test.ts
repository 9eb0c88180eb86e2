/** The table of tasks and one task in a real browser, against the API with scripted tasks. */
import { readFileSync } from 'node:fs';
import type { Browser, Download, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TaskView } from '../../src/platform/ports/tasks.ts';
import type { ReportLine } from '../../src/protocol/task.ts';
import { seriousFindings } from '../support/accessibility.ts';
import { type ApiServer, startApiServer } from '../support/api-server.ts';
import { launchBrowser, noBrowser, type WatchedPage } from '../support/browser.ts';
import { buildPage, nothingWentWrong, openLoggedIn, takePicture } from '../support/page-bench.ts';
import { busyRun } from '../support/sample-run.ts';

let browser: Browser;
let webFolder: string;
let server: ApiServer;
let watched: WatchedPage;
let page: Page;

/** How long a poll goes on: no claim, only an end. */
const SOON = { timeout: 30_000 };

const missing = noBrowser();
const FAILURE = {
  code: 'SLY_FORMAT_UNKNOWN',
  title: 'No known format',
  detail: '14 files',
  retryable: false,
};
const counts = { files: 260, ok: 5, skipped: 5, failed: 250, items: 5, warnings: 0, bytes: 9000 };

describe.skipIf(missing !== undefined)(
  `tasks on the page${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(async () => {
      const built = buildPage();
      webFolder = built.webFolder;
      browser = await launchBrowser();
      return async () => {
        await browser.close();
        built.remove();
      };
    });
    beforeEach(async () => {
      server = await startApiServer({ webFolder });
      await open();
    });
    afterEach(async () => {
      await page.context().close();
      await server.stop();
    });

    async function open(options: { dark?: boolean; width?: number } = {}): Promise<void> {
      await watched?.page.context().close();
      watched = await openLoggedIn(browser, server, options);
      page = watched.page;
    }

    const look = (name: string) => takePicture(page, `tasks-${name}`, { fullPage: true });

    const begin = async (name: string): Promise<number> =>
      (await server.api<{ id: number }>('imports.start', { path: name })).id;
    const stateOf = async (id: number): Promise<string> => (await server.tasks.service.get({ id }))!.state;
    const row = (id: number) => page.locator(`tr[data-task="${id}"]`);
    const tick = (id: number) => page.getByRole('checkbox', { name: `Select task ${id}`, exact: true });
    const titles = () => page.locator('td.title a').allTextContents();

    async function textOf(download: Promise<Download>): Promise<string> {
      return readFileSync(await (await download).path(), 'utf8');
    }

    test('no task yet: what tasks are, and a sample at one click', async () => {
      await page.getByText('No task yet').waitFor();
      await look('empty');
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Try a sample' }).click();
      await page.getByRole('heading', { name: /^Import / }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/import');
      nothingWentWrong(watched);
    });

    test('many at once: retry the ended, cancel the others, by mouse and by keyboard', async () => {
      const ids: number[] = [];
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) ids.push(await begin(name));
      const [a, b, c, d, e, f] = ids as [number, number, number, number, number, number];
      for (const id of [a, b]) server.tasks.change(id, { state: 'failed', failure: FAILURE });
      server.tasks.change(c, { state: 'succeeded', result: { counts } });
      await row(c).getByText('Done').waitFor();
      const retry = page.getByRole('button', { name: /^Retry/ });
      const cancel = page.getByRole('toolbar').getByRole('button', { name: /^Cancel/ });
      expect(await retry.isDisabled()).toBe(true);
      const height = await page.locator('table.tasks').boundingBox();
      await tick(a).check();
      await tick(e).click({ modifiers: ['Shift'] });
      await page.getByText('5 selected').waitFor();
      expect(await page.locator('table.tasks').boundingBox()).toEqual(height);
      expect([await retry.textContent(), await cancel.textContent()]).toEqual(['Retry 2', 'Cancel 2']);
      await look('selected');
      expect(await seriousFindings(page)).toEqual([]);
      await retry.click();
      await page.getByText('Queued again: 2 tasks.').waitFor();
      expect([await stateOf(a), await stateOf(b), await stateOf(c)]).toEqual([
        'queued',
        'queued',
        'succeeded',
      ]);
      await row(a).getByRole('cell', { name: '2', exact: true }).waitFor();

      // By keyboard: the two on top, f and e.
      await tick(f).focus();
      await page.keyboard.press('Shift+ArrowDown');
      await page.getByText('2 selected').waitFor();
      await cancel.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Cancel 2 tasks?' }).waitFor();
      await look('cancel');
      await page.keyboard.press('Escape');
      expect([await stateOf(f), await stateOf(e)]).toEqual(['queued', 'queued']);
      await cancel.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel 2 tasks' }).press('Enter');
      await page.getByText('Asked to cancel: 2 tasks.').waitFor();
      expect(await Promise.all([f, e, d].map(stateOf))).toEqual(['canceled', 'canceled', 'queued']);

      // Ended since it was selected: that one is refused, the other goes.
      await tick(d).check();
      await tick(a).check();
      await page.route('**/tasks.cancel', async (route) => {
        if (route.request().postDataJSON().id === d)
          server.tasks.change(d, { state: 'succeeded', result: { counts } });
        await route.continue();
      });
      await cancel.click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel 2 tasks' }).click();
      await page.getByText(`Asked to cancel: 1 task. Refused: #${d}`).waitFor();
      expect(await stateOf(a)).toBe('canceled');
    });

    test('what is shown is in the address: it survives a reload, and "back" goes back', async () => {
      const street = await begin('street');
      await begin('lemons');
      const odd = await begin('street-odd');
      for (const id of [street, odd]) server.tasks.change(id, { state: 'failed', failure: FAILURE });
      await page.getByRole('button', { name: 'Failed' }).click();
      await page.getByRole('searchbox', { name: 'Search tasks' }).fill('odd');
      await expect.poll(titles, SOON).toEqual(['Import street-odd']);
      expect(page.url()).toBe(`${server.url}/tasks?show=failed&text=odd`);
      await page.reload();
      await expect.poll(titles, SOON).toEqual(['Import street-odd']);
      expect(await page.getByRole('searchbox', { name: 'Search tasks' }).inputValue()).toBe('odd');
      await page.getByRole('button', { name: 'Queued' }).click();
      await page.getByText('No task here has "odd" in its title.').waitFor();
      await page.getByRole('button', { name: 'Show all tasks' }).click();
      await expect.poll(titles, SOON).toHaveLength(3);
      await page.goBack();
      await page.goBack();
      await expect.poll(titles, SOON).toEqual(['Import street-odd']);
      nothingWentWrong(watched);
    });

    test('pages of older tasks; a new task does not move an older page', async () => {
      for (let k = 0; k < 230; k++) await begin(`set-${k}`);
      await page.reload();
      await expect.poll(titles, SOON).toHaveLength(100);
      await page.getByRole('button', { name: 'Older' }).click();
      await expect.poll(async () => (await titles())[0], SOON).toBe('Import set-129');
      await page.getByRole('button', { name: 'Older' }).click();
      await expect.poll(titles, SOON).toHaveLength(30);
      expect(await page.getByRole('button', { name: 'Older' }).isDisabled()).toBe(true);
      await begin('newest');
      await page.reload();
      await expect.poll(async () => (await titles())[0], SOON).toBe('Import set-29');
      await page.getByRole('button', { name: 'Newest' }).click();
      await expect.poll(async () => (await titles())[0], SOON).toBe('Import newest');
      await begin('newer');
      await expect.poll(async () => (await titles())[0], SOON).toBe('Import newer');
      expect(await titles()).toHaveLength(100);
      nothingWentWrong(watched);
    });

    test('one task: phases with their lengths, progress with speed, attempts', async () => {
      const id = await begin('street');
      server.tasks.change(id, { state: 'leased', agentName: 'gpu-1' });
      server.tasks.change(id, { state: 'failed', failure: FAILURE });
      await server.api('tasks.retry', { id });
      for (const state of ['leased', 'fetching'] as const) server.tasks.change(id, { state });
      await page.goto(`${server.url}/tasks/${id}`);
      await page.getByText('Timeline of attempt 2').waitFor();
      const at = (done: number): TaskView['progress'] => ({
        phase: 'reading annotations',
        items: { done, total: 1000 },
        bytes: { done: done * 1000, total: 1_000_000 },
      });
      server.tasks.change(id, { state: 'converting', plugin: 'coco', progress: at(0) });
      const timeline = page.getByRole('list', { name: 'Phases of attempt 2' });
      await timeline.locator('.going', { hasText: 'Converting' }).waitFor();
      const top = async () => (await timeline.boundingBox())!.y;
      const place = await top();
      for (let done = 0; done <= 600; done += 100) {
        const key = (await server.tasks.service.get({ id }))!.key;
        server.tasks.tell({ type: 'progress', id, teamId: 1, key, progress: at(done)! });
        await page.waitForTimeout(300);
      }
      await page.getByText('600 of 1,000').waitFor();
      await page.getByText(/about \d+ s left/).waitFor();
      expect(await page.locator('.measure .number').allTextContents()).toEqual([
        '60%',
        expect.stringMatching(/^[\d,.]+\/s$/),
        '60%',
        expect.stringMatching(/ KB\/s$/),
      ]);
      expect(await top()).toBe(place);
      await look('running');
      server.tasks.change(id, { state: 'publishing' });
      server.tasks.change(id, { state: 'succeeded', progress: null, result: { counts } });
      await timeline.locator('.end', { hasText: 'Done' }).waitFor();
      const history = (await server.tasks.service.history(id)).filter((one) => one.attempt === 2);
      const seconds = history
        .slice(1)
        .map((one, k) => `${((Date.parse(one.at) - Date.parse(history[k]!.at)) / 1000).toFixed(1)} s`);
      await expect
        .poll(() => timeline.locator('li:not(.end) .took').allTextContents(), SOON)
        .toEqual(seconds);
      await page.getByText('1 earlier attempt').click();
      await page.getByText('Attempt 1: Failed after').waitFor();
      expect(await page.locator('.unseen[role=status]').first().textContent()).toContain('Done, attempt 2');
      nothingWentWrong(watched);
    });

    test('standing still for a minute is said', async () => {
      await page.clock.install();
      const id = await begin('slow');
      server.tasks.change(id, {
        state: 'converting',
        progress: { phase: 'one large file', items: { done: 3 } },
      });
      await page.goto(`${server.url}/tasks/${id}`);
      await page.getByRole('region', { name: 'Progress' }).getByText('one large file').waitFor();
      await page.clock.fastForward(50_000);
      expect(await page.getByText(/No progress for/).count()).toBe(0);
      await page.clock.fastForward(15_000);
      await page.getByText(/No progress for 1 min/).waitFor();
      server.tasks.change(id, { progress: { phase: 'one large file', items: { done: 4 } } });
      await page.getByText(/No progress for/).waitFor({ state: 'detached' });
    });

    test('log: search goes from match to match, dropped lines are marked, all of it is downloaded', async () => {
      const id = await begin('street');
      const say = (message: string, level = 'info') =>
        server.tasks.log(id, { time: '2026-01-01T00:00:00.000Z', level, message });
      for (let k = 0; k < 300; k++) say(k % 100 === 42 ? `Broken ${k}.jpg` : `read ${k}.jpg`);
      say('1500 lines were dropped here: the log is full (64 bytes)', 'warn');
      await page.goto(`${server.url}/tasks/${id}`);
      const log = page.getByRole('log');
      await log.locator('.dropped', { hasText: '1,500 lines dropped' }).waitFor();
      const search = page.getByRole('searchbox', { name: 'Search the log' });
      await search.fill('broken');
      await page.getByText('1 of 3').waitFor();
      expect(await log.locator('mark').allTextContents()).toEqual(['Broken', 'Broken', 'Broken']);
      await search.press('Enter');
      await search.press('Enter');
      await page.getByText('3 of 3').waitFor();
      const current = log.locator('.current');
      expect(await current.textContent()).toContain('Broken 242.jpg');
      const [inner, outer] = [await current.boundingBox(), await log.boundingBox()];
      expect(inner!.y).toBeGreaterThan(outer!.y);
      expect(inner!.y + inner!.height).toBeLessThan(outer!.y + outer!.height);
      await look('log');
      // While something is looked for, new lines do not take it away.
      expect(await page.getByRole('checkbox', { name: 'Follow' }).isChecked()).toBe(false);
      say('one more <b>line</b>');
      await search.fill('');
      await log.getByText('one more <b>line</b>').waitFor();
      await expect
        .poll(() => log.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop < 2), SOON)
        .toBe(true);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download log' }).click();
      expect((await textOf(download)).trim().split('\n')).toHaveLength(302);
      nothingWentWrong(watched);
    });

    test('report: by severity, page by page, as CSV; the same inputs once more', async () => {
      const id = await begin('2024/street');
      const line = (k: number): ReportLine => ({
        status: k < 250 ? 'failed' : 'skipped',
        file: `images/${k}.jpg`,
        place: 'line 7',
        code: 'SLY_IMAGE_UNREADABLE',
        message: 'expected a JPEG, "got" 12 bytes',
        hint: 'Copy it again.',
      });
      server.tasks.report(
        id,
        Array.from({ length: 255 }, (_, k) => line(k)),
      );
      server.tasks.change(id, { state: 'succeeded', plugin: 'coco', agentId: 1, result: { counts } });
      await page.goto(`${server.url}/tasks/${id}`);
      await page.getByText('1 - 25 of 255').waitFor();
      await look('detail');
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Next', exact: true }).click();
      await page.getByRole('cell', { name: 'images/49.jpg' }).waitFor();
      await page.getByRole('button', { name: 'skipped 5' }).click();
      await expect.poll(() => page.locator('table.report tbody tr').count(), SOON).toBe(5);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download CSV' }).click();
      expect((await download).suggestedFilename()).toBe(`task-${id}-report.csv`);
      const lines = (await textOf(download)).trim().split('\r\n');
      expect(lines).toHaveLength(6);
      expect(lines[1]).toBe(
        'skipped,images/250.jpg,line 7,SLY_IMAGE_UNREADABLE,"expected a JPEG, ""got"" 12 bytes",Copy it again.',
      );
      await page.getByRole('button', { name: 'Run again' }).click();
      await expect.poll(() => new URL(page.url()).pathname, SOON).toBe(`/tasks/${id + 1}`);
      const [first, second] = [id, id + 1].map((one) => server.tasks.service.get({ id: one }));
      expect((await second)?.spec).toEqual((await first)?.spec);
      nothingWentWrong(watched);
    });

    test('how the plugin ran: digest, plots with their words, every option, and what happened when', async () => {
      const id = await begin('street');
      server.tasks.change(id, { state: 'converting', agentId: 1 });
      await page.goto(`${server.url}/tasks/${id}`);
      await page.getByText('The plugin has not been started yet').waitFor();
      server.tasks.run(id, 1, busyRun(40));
      // The page asks again by itself while the task runs.
      const plots = page.locator('figure.usage');
      await expect.poll(() => plots.count(), SOON).toBe(3);
      await page.getByText('300 MB at most of 512 MB allowed').waitFor();
      await page
        .getByRole('img', { name: /^Processors over time: 1.5 in use at most of 2.0 allowed/ })
        .waitFor();
      await page.getByText(busyRun(1).digest as string, { exact: true }).waitFor();
      await page.getByText('Options really used (2, 1 weaker than the default)').click();
      await page.getByRole('row', { name: /User root Weaker It has the rights of root/ }).waitFor();
      await page.getByText(/^Journal: \d+ event/).click();
      await page.getByRole('table').filter({ hasText: 'Attempt' }).getByText('Queued').waitFor();
      await look('runs');
      expect(await seriousFindings(page)).toEqual([]);
      server.tasks.run(id, 2, { ...busyRun(1), endedAt: '2026-01-01T00:00:01.000Z' });
      server.tasks.change(id, { state: 'succeeded', attempt: 2, result: { counts } });
      await page.getByLabel('Run of attempt').selectOption('1');
      await expect.poll(() => plots.count(), SOON).toBe(3);
      await page.getByLabel('Run of attempt').selectOption('2');
      await page.getByText('It ended too soon for a plot').waitFor();
      nothingWentWrong(watched);
    });

    test('dark and on a phone: nothing is wider than the screen, nothing is hard to read', async () => {
      const id = await begin('street');
      server.tasks.change(id, {
        state: 'converting',
        progress: { phase: 'convert', items: { done: 1, total: 3 } },
      });
      server.tasks.run(id, 1, busyRun(40));
      await open({ dark: true, width: 390 });
      await row(id).waitFor();
      await look('list-phone');
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await row(id).getByRole('link').click();
      await page.getByText('convert', { exact: true }).first().waitFor();
      await look('one-phone');
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    });
  },
);
