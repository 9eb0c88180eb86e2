/** The page of a whole program that is killed and started again while somebody looks at it. */
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { seriousFindings } from '../support/accessibility.ts';
import { launchBrowser, noBrowser, openPage } from '../support/browser.ts';
import { startDaemon } from '../support/daemon.ts';
import { platformApi } from '../support/platform-api.ts';
import { projectIds, snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ITEMS = 40;

test.skipIf(noBrowser() !== undefined)('a task is watched live through a restart of the server', async () => {
  const root = tempFolder('page-restart');
  const data = path.join(root, 'data');
  writeSampleCoco(path.join(root, 'set'), { images: 1 });
  const first = await startDaemon({ data });
  await first.control.import({
    path: path.join(root, 'set'),
    plugin: 'mock',
    options: { items: ITEMS, pauseMs: 300 },
  });
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const { page, strangers } = await openPage(browser, first.url);
  await page.goto((await first.control.loginLink()).url);
  await page.getByRole('link', { name: 'Import set' }).click();
  await page.getByRole('log').getByText('Making items: 5 of').waitFor({ timeout: 60_000 });
  // Gone with a reload: that it is still there at the end says that the page never was loaded again.
  await page.evaluate('window.neverReloaded = true');

  await first.kill();
  await page.getByText('Live', { exact: true }).waitFor({ state: 'detached' });
  const second = await startDaemon({ data, port: first.port });
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
  await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 90_000 });
  await page.getByText(`${ITEMS} of ${ITEMS}`).first().waitFor();
  await page.getByRole('button', { name: 'Open project' }).click();
  await page.locator('.tile').nth(3).waitFor();
  expect(await page.evaluate('window.neverReloaded')).toBe(true);
  expect(strangers).toEqual([]);
  const { items } = snapshotProject(data, projectIds(data)[0] ?? 0);
  expect(new Set(items.map((one) => one.name)).size).toBe(ITEMS);
  expect(items).toHaveLength(ITEMS);
  expect(second.port).toBe(first.port);
});

test.skipIf(noBrowser() !== undefined)('by login and password', async () => {
  const daemon = await startDaemon();
  const api = platformApi(daemon.url, daemon.adminToken());
  await api('users.add', { login: 'ann', password: 'correct horse battery', name: 'Ann' });
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const { page } = await openPage(browser, daemon.url);
  await page.goto(`${daemon.url}/projects`);
  await page.getByLabel('Login').fill('ann');
  await page.getByLabel('Password').fill('wrong horse');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText(/wrong/i).waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Tasks' }).waitFor();
  expect(await page.evaluate('document.cookie')).toBe('');

  // A new password needs the one there is now; afterwards only the new one opens.
  await page.goto(`${daemon.url}/settings/account`);
  const form = page.getByRole('form', { name: 'Password' });
  const changeFrom = async (current: string): Promise<void> => {
    await form.getByLabel('Password now').fill(current);
    await form.getByLabel('New password', { exact: true }).fill('another horse entirely');
    await form.getByLabel('New password again').fill('another horse entirely');
    await page.getByRole('button', { name: 'Change password' }).click();
  };
  await changeFrom('wrong horse');
  await page.getByRole('alert').getByText(/wrong/i).waitFor();
  await changeFrom('correct horse battery');
  await page.getByText('The password is changed.').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Login').fill('ann');
  await page.getByLabel('Password').fill('another horse entirely');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Tasks' }).waitFor();
});
