/** Script plugins in containers of the image made for them. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { programVersion } from '../../src/lib/version.ts';
import { scriptConformance } from '../conformance/scripts.ts';
import { startDaemon } from '../support/daemon.ts';
import { eventually } from '../support/daemon-process.ts';
import { BASE_IMAGE, describeDocker, PLUGIN_IMAGE } from '../support/docker.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { addScript } from '../support/scripts.ts';
import { importAndWait, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Asks until it is told to end: by a change of the project's description. */
const ASK_ON = `
import http.client, json, os, time
host, project = os.environ["SERVER_ADDRESS"].split("//")[1], os.environ["PROJECT_ID"]
def description():
    link = http.client.HTTPConnection(host)
    link.request("GET", "/public/api/v3/projects.info?id=" + project)
    return json.loads(link.getresponse().read())["description"]
asked = 0
while True:
    try:
        said = description()
    except (OSError, http.client.HTTPException):
        continue
    asked += 1
    print("answer", asked, flush=True)
    if said == "enough":
        break
    time.sleep(0.2)
`;

describeDocker('scripts in Docker', () => {
  scriptConformance('docker');

  test('one that asks the platform goes on when the agent was killed and comes again', {
    timeout: 180_000,
  }, async () => {
    const root = tempFolder('ask-on');
    const data = path.join(root, 'data');
    addScript(data, 'ask_on.py', ASK_ON, { network: 'platform' });
    writeSampleCoco(path.join(root, 'set'), { images: 1 });
    const first = await startDaemon({ data, flags: { runner: 'docker' } });
    const imported = await importAndWait(first.control, { path: path.join(root, 'set') });
    const project = imported.result?.projectId ?? 0;
    const { key } = await first.control.export({ project: String(project), plugin: 'ask-on' });
    await eventually(async () => (await first.control.log(key, 0)).text.includes('answer 2') || undefined, {
      what: 'two answers',
    });
    await first.kill();

    const second = await startDaemon({ data, port: first.port, flags: { runner: 'docker' } });
    const edited = await fetch(`${second.url}/public/api/v3/projects.editInfo`, {
      method: 'POST',
      headers: { 'x-api-key': second.adminToken(), 'content-type': 'application/json' },
      body: JSON.stringify({ id: project, description: 'enough' }),
    });
    expect(edited.status).toBe(200);
    const task = await whenEnded(second.control, key);
    expect([task.state, task.attempt, task.failure]).toEqual(['succeeded', 1, null]);
    expect((await second.control.log(key, 0)).text).toContain('found run 1 of ask-on again');
  });
}, [BASE_IMAGE, PLUGIN_IMAGE, `sly-agent/python:${programVersion()}`]);
