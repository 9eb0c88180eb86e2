/** The two identical configuration files a plugin finds in its task folder. */
import path from 'node:path';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import type { TaskConfig } from '../../protocol/plugin.ts';
import type { TaskFolder } from './task-folder.ts';

export async function writeConfig(folder: TaskFolder, config: TaskConfig): Promise<void> {
  const text = `${JSON.stringify(config, null, 2)}\n`;
  for (const name of ['task_config.json', 'task_settings.json'])
    await writeFileAtomic(path.join(folder.sly, name), text);
}
