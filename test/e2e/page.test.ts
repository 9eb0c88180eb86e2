/** The page in a real browser, against the platform's HTTP side with scripted agents. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AgentDirectory } from '../../src/platform/ports/agents.ts';
import type { Machine } from '../../src/protocol/machine.ts';
import { seriousFindings } from '../support/accessibility.ts';
import type { ApiServer } from '../support/api-server.ts';
import { noBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { type DrawnProject, makeDrawnProject } from '../support/drawn-project.ts';
import { nothingWentWrong, type PageBench, startPageBench, takePicture } from '../support/page-bench.ts';
import { createScriptedAgents } from '../support/scripted-agents.ts';

let agents: AgentDirectory;
let browser: Browser;
let bench: PageBench;
let server: ApiServer;
let project: DrawnProject;
let watched: WatchedPage;
let page: Page;

const entry = (name: string, kind: 'file' | 'folder', size = 0) => ({
  name,
  kind,
  size,
  modifiedAt: '2026-01-01T00:00:00.000Z',
});

const MACHINE: Machine = {
  at: '2026-01-02T03:04:00.000Z',
  cpus: 8,
  load: [0.5, 0.4, 0.3],
  memory: { availableBytes: 8e9, totalBytes: 16e9 },
  fileSystems: [{ holds: ['data'], freeBytes: 1e9, totalBytes: 2e9, freeFiles: null }],
  gpus: { state: 'none', detail: 'not installed', cards: [] },
  isolation: { kind: 'docker', facts: [{ name: 'Network', value: 'none', enforced: true }] },
};

const missing = noBrowser();

describe.skipIf(missing !== undefined)(
  `the page${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(async () => {
      agents = createScriptedAgents({
        '': [entry('2024', 'folder'), entry('street.zip', 'file', 734_003_200)],
        '2024': [entry('<img src=x onerror=alert(1)>', 'folder'), entry('lemons', 'folder')],
      });
      bench = await startPageBench({ agents });
      ({ server, browser } = bench);
      project = await makeDrawnProject(server, 30);
    });
    afterAll(() => bench?.stop());

    beforeEach(async () => {
      watched = await openPage(browser, server.url);
      page = watched.page;
    });

    async function logIn(): Promise<void> {
      await page.goto(`${server.url}/login?code=${await server.auth.newLoginCode()}`);
      await page.getByText('Live', { exact: true }).waitFor();
    }

    const look = (name: string) => takePicture(page, name);

    test('without a session the page says how to log in; the link works once', async () => {
      await page.goto(server.url);
      await page.getByText('sly-agent status --login').waitFor();
      await look('login');
      const link = `${server.url}/login?code=${await server.auth.newLoginCode()}`;
      await page.goto(link);
      await page.getByRole('heading', { name: 'Tasks' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/tasks');
      expect(await page.evaluate('document.cookie')).toBe('');
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByText('sly-agent status --login').waitFor();
      await page.goto(link);
      await page.getByText('was used before').waitFor();
      expect(watched.strangers).toEqual([]);
    });

    test('tasks change on the page as they change', async () => {
      await logIn();
      const { id } = await server.api<{ id: number }>('imports.start', { path: 'street.zip' });
      const row = page.getByRole('row').filter({ hasText: 'Import street.zip' });
      await row.getByText('Queued').waitFor();
      server.tasks.change(id, {
        state: 'converting',
        plugin: 'coco',
        agentName: 'gpu-1',
        progress: { phase: 'convert', items: { done: 340, total: 1000 } },
      });
      await row.getByText('Converting').waitFor();
      await row.getByText('34%').waitFor();
      await row.getByText('340 of 1,000').waitFor();
      await look('tasks');
      await row.getByRole('link').click();

      await page.getByRole('heading', { name: 'Import street.zip' }).waitFor();
      for (let k = 0; k < 80; k++) {
        server.tasks.log(id, {
          time: '2026-01-01T00:00:00.000Z',
          level: k % 20 === 7 ? 'warn' : 'info',
          message: `read annotation file ${k} <b>of</b> 80`,
        });
      }
      await page.getByText('read annotation file 79').waitFor();
      expect(await page.getByRole('log').locator('b').count()).toBe(0);
      server.tasks.report(id, [
        {
          status: 'failed',
          file: 'images/broken.jpg',
          code: 'SLY_IMAGE_UNREADABLE',
          message: 'expected a JPEG, got 12 bytes',
          hint: 'Copy it again.',
        },
        {
          status: 'skipped',
          file: 'notes.txt',
          code: 'SLY_FORMAT_UNKNOWN',
          message: 'not part of the dataset',
        },
      ]);
      const counts = {
        files: 1002,
        ok: 1000,
        skipped: 1,
        failed: 1,
        items: 998,
        warnings: 3,
        bytes: 734_003_200,
      };
      server.tasks.change(id, {
        state: 'succeeded',
        because: 'instances.json has the keys of COCO',
        result: {
          counts,
          projectId: project.projectId,
          projectName: 'Street',
          link: `/projects/${project.projectId}`,
        },
      });
      await page.getByText('images/broken.jpg').waitFor();
      await look('task');
      await page.getByRole('button', { name: 'failed' }).click();
      await page.getByText('notes.txt').waitFor({ state: 'detached' });
      const figures = await page.locator('.counts b').allTextContents();
      expect(figures.slice(0, 4)).toEqual(['1,002', '1,000', '1', '1']);
      await page.getByRole('button', { name: 'Open project' }).click();
      await page.getByRole('heading', { name: 'Street' }).waitFor();
      nothingWentWrong(watched);
    });

    test('a failed task says why, and can be tried again; a running one can be canceled', async () => {
      await logIn();
      const { id } = await server.api<{ id: number }>('imports.start', { path: 'odd' });
      server.tasks.change(id, {
        state: 'failed',
        failure: {
          code: 'SLY_FORMAT_UNKNOWN',
          title: 'No known format fits these files',
          detail: '14 files looked at',
          hint: 'Choose the format by hand.',
          retryable: false,
        },
      });
      await page.goto(`${server.url}/tasks/${id}`);
      await page.getByText('Choose the format by hand.').waitFor();
      await look('failed');
      await page.getByRole('button', { name: 'Retry' }).click();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByText('it ends at once').waitFor();
      await page.getByRole('button', { name: 'Cancel the task' }).click();
      await page.getByText('Canceled').first().waitFor();
      expect((await server.tasks.service.history(id)).map((one) => one.state)).toEqual([
        'queued',
        'failed',
        'queued',
        'canceled',
      ]);
      nothingWentWrong(watched);
    });

    test('from the list of projects to a picture', async () => {
      await logIn();
      await page.goto(`${server.url}/projects`);
      await page.getByText('Street <b>scenes</b>').waitFor();
      await look('projects');
      await page.getByText('Street <b>scenes</b>').click();
      await page.locator('.tile canvas[data-drawn]').nth(8).waitFor();
      await look('project');
      await page.locator('.tile', { hasText: 'street 3.png' }).click();
      await page.getByRole('heading', { name: 'street 3.png' }).waitFor();
      nothingWentWrong(watched);
    });

    test('download as: the formats with what they lose, options from the schema, then the task', async () => {
      await logIn();
      await page.goto(`${server.url}/projects/${project.projectId}`);
      await page.getByRole('button', { name: 'Download as' }).click();
      await page.getByText('nothing is lost').waitFor();
      await page.getByRole('radio', { name: /COCO/ }).check();
      await page.getByText('tags of objects').waitFor();
      await page.getByRole('combobox', { name: 'Masks as' }).selectOption('polygons');
      await look('download');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('heading', { name: /^Download Street/ }).waitFor();
      const [task] = await server.tasks.service.list({ limit: 1 });
      expect(task?.spec).toMatchObject({ action: 'export', plugin: 'coco', options: { masks: 'polygons' } });
      // The scripted task names an archive that this platform does not have.
      const archive = { name: 'street.tar', size: 2_500_000, sha256: '0'.repeat(64), files: 6 };
      await page.route('**/archives.info', (route) =>
        route.fulfill({ json: { ...archive, expiresAt: '2030-01-01T00:00:00.000Z' } }),
      );
      const counts = { files: 6, ok: 6, skipped: 0, failed: 0, items: 6, warnings: 0, bytes: 1000 };
      server.tasks.change(task!.id, {
        state: 'succeeded',
        result: { counts, archiveId: 9, size: 2_500_000, link: '/archives/9/street.tar' },
      });
      const link = page.getByRole('link', { name: 'Download 2.5 MB' });
      expect(await link.getAttribute('href')).toBe('/archives/9/street.tar');
      nothingWentWrong(watched);
    });

    test('import: look around in the upload folder, choose, start', async () => {
      await logIn();
      await page.getByRole('link', { name: 'Import', exact: true }).click();
      await page.getByRole('tab', { name: "Agent's folder" }).click();
      await page.getByText('734 MB').waitFor();
      await page.getByRole('button', { name: 'Open 2024' }).click();
      await page.getByText('<img src=x onerror=alert(1)>').waitFor();
      await page.getByRole('radio', { name: 'lemons' }).check();
      await page.getByLabel('Format').selectOption('coco');
      await page.getByLabel('Project name').fill('Lemons of 2024');
      await look('import');
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByRole('heading', { name: 'Import 2024/lemons' }).waitFor();
      const [task] = await server.tasks.service.list({ limit: 1 });
      expect(task).toMatchObject({
        agentId: 1,
        spec: {
          action: 'import',
          source: { path: '2024/lemons' },
          plugin: 'coco',
          projectName: 'Lemons of 2024',
        },
      });
      nothingWentWrong(watched);
    });

    test('agents: state, disk, isolation; draining', async () => {
      await logIn();
      await page.goto(`${server.url}/agents`);
      await page.getByText('containers (no network, read-only, non-root)').waitFor();
      await page.getByText('Online', { exact: true }).waitFor();
      await look('agents');
      await page.getByRole('button', { name: 'Drain' }).click();
      await page.getByText('Draining', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByText('Online', { exact: true }).waitFor();
      nothingWentWrong(watched);
    });

    test('an agent that is away is shown as it was, with its time; what needs it says why it is off', async () => {
      const agent = (await agents.get(1))!;
      const { telemetry } = agent;
      const at = '2026-01-02T03:04:05.000Z';
      Object.assign(agent, {
        connected: false,
        telemetry: null,
        lastSeenAt: at,
        lastKnown: { at, telemetry: { ...telemetry!, machine: MACHINE } },
      });
      try {
        await logIn();
        await page.getByRole('link', { name: 'gpu-1: Offline' }).click();
        await page.getByText('What stands here is as of').waitFor();
        await page.getByRole('region', { name: 'Machine' }).getByText('8 processors').waitFor();
        await page
          .getByRole('region', { name: 'Isolation' })
          .getByRole('row', { name: /^Network none/ })
          .waitFor();
        for (const name of ['Run the doctor', 'Look what can go', 'Make and save it']) {
          const button = page.getByRole('button', { name });
          expect([name, await button.isDisabled()]).toEqual([name, true]);
          expect(await button.getAttribute('title')).toContain('is not connected');
        }
        expect(await page.getByRole('button', { name: 'Drain' }).isEnabled()).toBe(true);
        await look('agent-away');
        expect(await seriousFindings(page)).toEqual([]);
        nothingWentWrong(watched);
      } finally {
        Object.assign(agent, {
          connected: true,
          telemetry,
          lastSeenAt: new Date().toISOString(),
          lastKnown: null,
        });
      }
    });

    test('a task that was looked at tells its end elsewhere on the page, and the tab how many run', async () => {
      await logIn();
      const { id } = await server.api<{ id: number }>('imports.start', { path: 'slow' });
      server.tasks.change(id, { state: 'converting' });
      await page.goto(`${server.url}/tasks/${id}`);
      await page.getByRole('heading', { name: 'Import slow' }).waitFor();
      await expect.poll(() => page.title()).toMatch(/^\(\d+\) sly-agent$/);
      await page.getByRole('link', { name: 'Plugins' }).click();
      await page.getByRole('heading', { name: 'Plugins' }).waitFor();
      const other = await server.api<{ id: number }>('imports.start', { path: 'not mine' });
      for (const one of [other.id, id]) server.tasks.change(one, { state: 'failed' });
      const toasts = page.locator('.toasts');
      await toasts.getByRole('link', { name: 'Import slow' }).waitFor();
      expect(await toasts.getByText('not mine').count()).toBe(0);
      expect(await toasts.getAttribute('role')).toBe('status');
      await page.getByRole('button', { name: 'Put away: Import slow' }).press('Enter');
      await expect.poll(() => toasts.locator('a').count()).toBe(0);
      nothingWentWrong(watched);
    });

    test('with the event stream broken the page asks instead', async () => {
      await page.route('**/events*', (route) => route.abort());
      await page.goto(`${server.url}/login?code=${await server.auth.newLoginCode()}`);
      await page.getByText('Polling').waitFor();
      const { id } = await server.api<{ id: number }>('imports.start', { path: 'polled' });
      const row = page.getByRole('row').filter({ hasText: 'Import polled' });
      await row.getByText('Queued').waitFor();
      server.tasks.change(id, { state: 'fetching' });
      await row.getByText('Fetching').first().waitFor();
      await page.unroute('**/events*');
      await page.getByText('Live', { exact: true }).waitFor();
    });

    test('the whole way by keyboard', async () => {
      await logIn();
      await server.api('imports.start', { path: 'by-keyboard' });
      await page.getByRole('link', { name: 'Import by-keyboard' }).waitFor();
      for (let k = 0; k < 40; k++) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate('document.activeElement.textContent')) === 'Import by-keyboard') break;
      }
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Import by-keyboard' }).waitFor();
    });

    test('dark and narrow', async () => {
      watched = await openPage(browser, server.url, { dark: true, width: 420 });
      page = watched.page;
      await logIn();
      await page.getByRole('table').waitFor();
      await look('narrow');
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      watched = await openPage(browser, server.url, { dark: true });
      page = watched.page;
      await logIn();
      await page.goto(`${server.url}/projects/${project.projectId}`);
      await page.locator('.tile canvas[data-drawn]').nth(8).waitFor();
      await look('dark');
      nothingWentWrong(watched);
    });
  },
);
