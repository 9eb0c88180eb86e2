import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startApiServer } from '../../../support/api-server.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

test('the page: locked down, no data, the same document under each of its addresses', async () => {
  const webFolder = path.join(tempFolder('web'), 'web');
  mkdirSync(webFolder);
  writeFileSync(path.join(webFolder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(path.join(webFolder, 'page.js'), 'export {}');
  writeFileSync(path.join(webFolder, '..', 'secret'), 'secret');
  const server = await startApiServer({ webFolder });
  onTestFinished(() => server.stop());
  for (const url of [
    '/',
    '/tasks',
    '/tasks/12',
    '/projects/3',
    '/projects/3/images/4',
    '/import',
    '/agents',
    '/plugins',
    '/settings',
    '/settings/tokens',
    '/?login=refused',
  ]) {
    const response = await fetch(`${server.url}${url}`);
    expect([url, response.status, await response.text()]).toEqual([
      url,
      200,
      '<!doctype html><title>page</title>',
    ]);
    const csp = response.headers.get('content-security-policy') ?? '';
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).not.toContain('unsafe');
  }
  const script = await fetch(`${server.url}/assets/page.js`);
  expect([
    script.status,
    script.headers.get('content-type'),
    script.headers.get('x-content-type-options'),
  ]).toEqual([200, expect.stringMatching(/javascript/), 'nosniff']);
  for (const url of [
    '/assets/../secret',
    '/assets/%2e%2e/secret',
    '/assets/..%2fsecret',
    '/nothing',
    '/tasks/1/2/3',
  ]) {
    expect([url, (await fetch(`${server.url}${url}`)).status]).toEqual([url, 404]);
  }
});

test('a page that is not built says so', async () => {
  const server = await startApiServer();
  onTestFinished(() => server.stop());
  const response = await fetch(server.url);
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('npm run build')]);
});
