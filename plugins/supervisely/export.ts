/** Export: a project in Supervisely Format. Pictures go from the source into the archive without a copy. */
import path from 'node:path';
import { normalizeMeta } from '../../src/format/meta.ts';
import { isEntityType, itemPaths } from '../../src/format/project-paths.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { exportEntities } from './entities/export-entities.ts';
import { jsonText } from './json-file.ts';

export async function exportSupervisely(ctx: ExportContext): Promise<void> {
  const { archive, project } = ctx;
  const top = folderName(project.name);
  const jsonOnly = ctx.options.json_only === true;
  await archive.addText(`${top}/meta.json`, jsonText(normalizeMeta(project.meta)));
  if (isEntityType(project.type)) return exportEntities(ctx, { top, jsonOnly, type: project.type });
  let done = 0;
  for await (const item of project.items()) {
    ctx.signal.throwIfAborted();
    await addItem(ctx, top, item, jsonOnly);
    await archive.written(item);
    ctx.progress('exporting', ++done, project.total);
  }
}

async function addItem(
  { archive }: ExportContext,
  top: string,
  item: ExportedItem,
  jsonOnly: boolean,
): Promise<void> {
  let paths = itemPaths(item.dataset, item.name);
  if (item.file !== undefined && !jsonOnly) {
    const used = await archive.addFile(`${top}/${paths.image}`, item.file);
    // Names that differ in case alone get another one; annotation and sidecars go by it.
    paths = itemPaths(item.dataset, path.posix.basename(used));
  }
  await archive.addText(`${top}/${paths.ann}`, jsonText(item.annotation));
  if (Object.keys(item.meta).length > 0) await archive.addText(`${top}/${paths.meta}`, jsonText(item.meta));
  if (item.link !== undefined) {
    const { name, link, width, height } = item;
    await archive.addText(`${top}/${paths.info}`, jsonText({ name, link, width, height }));
  }
}

/** The project's name as one folder. */
function folderName(name: string): string {
  const safe = name.replace(/[\p{Cc}/\\:]/gu, '_').trim();
  return safe === '' || /^\.+$/.test(safe) ? 'project' : safe;
}
