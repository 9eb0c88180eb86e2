/** Script plugins for tests that run them for real, whatever they run in. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ControlTask } from '../../src/agent/control/control-api.ts';
import { packageRoot } from '../../src/lib/version.ts';
import type { TestDaemon } from './daemon-process.ts';
import { whenEnded } from './tasks.ts';

export function addScript(data: string, file: string, program: string, sidecar?: object): void {
  const folder = path.join(data, 'scripts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, file), program);
  if (sidecar !== undefined)
    writeFileSync(path.join(folder, file.replace(/\.py$/, '.json')), JSON.stringify(sidecar));
}

/** The example of docs/guides/scripts.md: program and sidecar. */
export function guideExample(): { program: string; sidecar: object } {
  const guide = readFileSync(path.join(packageRoot(), 'docs', 'guides', 'scripts.md'), 'utf8');
  const block = (language: string): string =>
    new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(guide)?.[1] ?? '';
  return { program: block('python'), sidecar: JSON.parse(block('json')) as object };
}

/** Asks the platform for its project's pictures, and then tries every other way out; prints one JSON line. */
export const ASK_PLATFORM = `
import http.client, json, os, socket, subprocess, urllib.request
server, project = os.environ["SERVER_ADDRESS"], int(os.environ["PROJECT_ID"])
host = server.split("//")[1]
def ask(method, path, body=None):
    link = http.client.HTTPConnection(host, timeout=20)
    headers = {"x-api-key": os.environ["API_TOKEN"], "content-type": "application/json"}
    link.request(method, path, None if body is None else json.dumps(body), headers)
    answer = link.getresponse()
    text = answer.read()
    return answer.status, text
def images():
    found = []
    datasets = json.loads(ask("POST", "/public/api/v3/datasets.list", {"projectId": project})[1])
    for dataset in datasets["entities"]:
        listed = json.loads(ask("POST", "/public/api/v3/images.list", {"datasetId": dataset["id"]})[1])
        found += [image["name"] for image in listed["entities"]]
    return sorted(found)
def reaches(address):
    try:
        socket.create_connection(address, 3).close()
        return True
    except OSError:
        return False
def mounted():
    return sorted(os.listdir("/sly_task_data/gateway"))
print(json.dumps({"message": "found", "told": json.dumps({
    "task": int(os.environ["TASK_ID"]),
    "images": images(),
    "other project": ask("GET", "/public/api/v3/projects.info?id=%d" % (project + 1))[0],
    "new token": ask("POST", "/public/api/v3/tokens.add", {"name": "mine"})[0],
    "data plane": ask("GET", "/agents/v1/projects/%d" % project)[0],
    "climbing": ask("GET", "/public/api/../../agents/v1/projects/%d" % project)[0],
    "page": ask("GET", "/")[0],
    "reached": [a for a in json.loads(os.environ.get("TRY", "[]")) + [["1.1.1.1", 53], ["172.17.0.1", 22]] if reaches(tuple(a))],
    "gateway": mounted(),
    "interfaces": sorted(name for _, name in socket.if_nameindex()),
    "secrets": [key for key, value in os.environ.items() if "TOKEN" in key and value.strip("0") != ""],
})}))
`;

/** What it prints under `told`. */
export interface Told {
  task: number;
  images: string[];
  reached: unknown[];
  [what: string]: unknown;
}

export async function runScript(
  daemon: TestDaemon,
  project: number,
  plugin: string,
  options: Record<string, unknown> = {},
): Promise<{ task: ControlTask; log: string }> {
  const { key } = await daemon.control.export({ project: String(project), plugin, options });
  const task = await whenEnded(daemon.control, key);
  return { task, log: (await daemon.control.log(key, 0)).text };
}

export function toldIn(log: string): Told {
  for (const line of log.split('\n')) {
    const { told } = line === '' ? {} : (JSON.parse(line) as { told?: string });
    if (told !== undefined) return JSON.parse(told) as Told;
  }
  throw new Error(`the script told nothing: ${log.slice(-2000)}`);
}

/** Every file of a tar, as text: enough for the small ones of a test. */
export async function archiveText(daemon: TestDaemon, key: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await daemon.control.archive(key, 0)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('latin1');
}
