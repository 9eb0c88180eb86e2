/** The pictures in folders named by their datasets. */
import type { ExportContext } from '../../src/plugin-kit/plugin.ts';

export async function exportImages({ project, archive, report, progress }: ExportContext): Promise<void> {
  let done = 0;
  for await (const item of project.items()) {
    progress('Writing pictures', done++, project.total);
    if (item.file === undefined) {
      await report.skipped({
        file: item.source,
        code: 'SLY_FILE_UNUSED',
        message: 'expected a picture with bytes, got a link',
        hint: 'The supervisely format keeps links.',
      });
      continue;
    }
    await archive.addFile(`${item.dataset}/${item.name}`, item.file);
    await archive.written(item);
  }
  progress('Writing pictures', project.total, project.total);
}
