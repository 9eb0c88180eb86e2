/** Results that try to make the agent read what is not theirs, or lines it does not understand. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';

const RESULTS = path.join(process.env.SLY_TASK_DIR ?? '/sly_task_data', 'results');

export async function plantLinks({ project, log }: ImportContext): Promise<void> {
  const link = project.resultFile('stolen.png');
  try {
    symlinkSync('/etc/passwd', link.absolute);
  } catch (error) {
    log('warn', `no link could be made: ${(error as Error).message}`);
  }
  const dataset = 'planted';
  await project.add({ dataset, name: 'link.png', result: link.result });
  await project.add({ dataset, name: 'above-results.png', result: '../../../../../../etc/passwd' });
  await project.add({ dataset, name: 'above-data.png', file: '../../../../../../etc/passwd' });
  await project.add({ dataset, name: 'not-there.png', result: 'nothing.png' });
}

/** Written past the kit's writer, as segment 2; the kit itself writes segment 1 when few items were asked for. */
export function writeBadSegment(): void {
  const folder = path.join(RESULTS, 'segments');
  mkdirSync(folder, { recursive: true });
  const lines = [
    'this is no JSON',
    JSON.stringify({ kind: 'item', name: 'no-dataset.png' }),
    JSON.stringify({ kind: 'surprise' }),
    JSON.stringify({
      kind: 'item',
      dataset: 'mock',
      name: 'x'.repeat(300),
      link: 'https://example.com/x.png',
    }),
  ];
  const file = path.join(folder, '000002.ndjson');
  writeFileSync(`${file}.tmp`, `${lines.join('\n')}\n`);
  renameSync(`${file}.tmp`, file);
}
