/** Addresses, own certificate authorities, proxies. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect as dial } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { linkAddress } from '../../../src/agent/link/connect.ts';
import { eventually } from '../../support/daemon-process.ts';
import { exportTask, inState, online, startAgentRig, startPlatformRig } from '../../support/link-rig.ts';
import { tempFolder } from '../../support/temp-folder.ts';

test('plain only to this machine, unless allowed', () => {
  for (const host of ['127.0.0.1:7575', 'localhost', '[::1]:7575', '127.8.9.1'])
    expect(linkAddress(`http://${host}`, false).href).toBe(`ws://${host}/agents/v1/link`);
  expect(linkAddress('https://platform.example/some/page', false).href).toBe(
    'wss://platform.example/agents/v1/link',
  );
  expect(linkAddress('http://platform.example', true).protocol).toBe('ws:');
  for (const url of ['http://platform.example', 'http://127.0.0.1.evil.example', 'http://[::2]'])
    expect(() => linkAddress(url, false)).toThrow(/in the clear/);
  for (const url of ['platform.example', 'ftp://x', ''])
    expect(() => linkAddress(url, false)).toThrow(/expected/);
});

async function tlsPlatform() {
  const root = tempFolder('link');
  const names = ['-subj', '/CN=platform.test', '-addext', 'subjectAltName=DNS:platform.test,IP:127.0.0.1'];
  const files = { key: path.join(root, 'key.pem'), cert: path.join(root, 'cert.pem') };
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(['-keyout', files.key, '-out', files.cert])
      .concat(names),
    { stdio: 'ignore' },
  );
  const platform = await startPlatformRig({ folder: path.join(root, 'platform') });
  const server = createHttpsServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) });
  platform.room.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { token } = await platform.room.directory.create('gpu-1');
  const { port } = server.address() as AddressInfo;
  return { root, platform, port, token, caFile: files.cert };
}

test('wss: an own certificate authority is trusted, an unknown one is not', async () => {
  const { root, platform, port, token, caFile } = await tlsPlatform();
  const url = `https://127.0.0.1:${port}`;
  const distrustful = startAgentRig({ folder: path.join(root, 'one'), url, token });
  await eventually(() => (distrustful.link.status().reason?.includes('self-signed') ? true : undefined));
  expect(distrustful.link.status().status).not.toBe('refused');
  await distrustful.stop();
  const agent = startAgentRig({ folder: path.join(root, 'two'), url, token, caFile });
  await online(agent);
  await platform.room.tasks.create(exportTask('a'), {});
  await inState(platform, 'a', 'leased');
});

test('wss goes through the proxy that the environment names', async () => {
  const { root, port, token, caFile } = await tlsPlatform();
  const asked: string[] = [];
  const proxy = createHttpServer((_request, response) => response.writeHead(405).end());
  proxy.on('connect', (request, client) => {
    asked.push(request.url ?? '');
    const target = dial(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) socket.on('error', () => undefined);
    onTestFinished(() => void target.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  vi.stubEnv('NO_PROXY', '');
  onTestFinished(() => void vi.unstubAllEnvs());
  // The name is only known to the proxy.
  const agent = startAgentRig({
    folder: path.join(root, 'agent'),
    url: `https://platform.test:${port}`,
    token,
    caFile,
  });
  await online(agent);
  expect(asked).toEqual([`platform.test:${port}`]);
});
