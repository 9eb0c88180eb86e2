/** The event stream tells each reader what happens in its own teams. */
import { expect, onTestFinished, test } from 'vitest';
import { secretHash } from '../../../../src/platform/api/auth/secrets.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

async function reader(server: ApiServer, token: string): Promise<() => Promise<string>> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const response = await fetch(`${server.url}/events?task=1`, {
    headers: { 'x-api-key': token },
    signal: stop.signal,
  });
  expect(response.status).toBe(200);
  const stream = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  // The last event is everybody's: what was to come before it has come.
  return async () => {
    while (!text.includes('"agentId":1')) text += (await stream.read()).value ?? '';
    return text;
  };
}

test('tasks, progress and logs of another team are not told', async () => {
  const server = await startApiServer();
  onTestFinished(() => server.stop());
  const { accounts, tokens } = server.stores;
  const other = await accounts.addTeam({ name: 'other', description: '', adminId: 1 });
  const readers = [await reader(server, server.token)];
  for (const [login, teamId] of [
    ['insider', 1],
    ['outsider', other],
  ] as const) {
    const userId = await accounts.addUser({ login, name: login });
    await accounts.putMember({ teamId, userId, role: 'viewer' });
    const token = `token-of-the-${login}`;
    await tokens.put({ secretHash: secretHash(token), kind: 'api', userId });
    readers.push(await reader(server, token));
  }
  const spec = { action: 'export', projectId: 1, plugin: 'coco', options: {} } as const;
  const task = { key: 'k', title: 'Secret street', priority: 0, createdAt: new Date().toISOString(), spec };
  const { id } = await server.tasks.service.create(task, {});
  server.tasks.log(id, { message: 'a secret line' });
  server.tasks.tell({ type: 'progress', id, teamId: 1, key: 'k', progress: { phase: 'secret phase' } });
  server.tasks.tell({ type: 'agent', agentId: 1 });
  const [admin, insider, outsider] = await Promise.all(readers.map((read) => read()));
  for (const text of [admin, insider])
    for (const part of ['Secret street', 'a secret line', 'secret phase']) expect(text).toContain(part);
  expect(outsider).not.toMatch(/secret/i);
});
