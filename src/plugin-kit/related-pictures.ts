/** Pictures beside a point cloud: `related_images/<cloud with _ for .>/`, each with its camera and what is drawn on it. */
import type { BesideItems } from '../format/beside-items.ts';
import { isRecord } from '../format/problem.ts';
import { toSlyError } from '../lib/errors.ts';
import { isImageName } from './image-kinds.ts';
import type { ImportContext, NewEntity } from './plugin.ts';
import { readJsonFile } from './read-json-file.ts';

export interface RelatedPictures {
  related: { name: string; file: string; meta?: Record<string, unknown> }[] &
    NonNullable<NewEntity['related']>;
  /** Files with what is drawn, by the picture's name. */
  figures: ReadonlyMap<string, string>;
}

/** What cannot be used is reported. */
export async function findRelated(
  { tree, report }: Pick<ImportContext, 'tree' | 'report'>,
  { beside, size }: { beside: BesideItems; size(file: string): number | undefined },
  { folder, cloud }: { folder: string; cloud: string },
): Promise<RelatedPictures> {
  const related: RelatedPictures['related'] = [];
  const figures = new Map<string, string>();
  for (const { name, file, info, figures: drawn } of beside.related(folder, cloud)) {
    if (!isImageName(name)) continue;
    if (size(file) === 0) {
      await report.skipped({
        file,
        code: 'SLY_NOT_FOUND',
        message: 'its file is empty: a download without content',
      });
      continue;
    }
    const meta = info === undefined ? undefined : await cameraOf(info);
    related.push({ name, file, ...(meta === undefined ? {} : { meta }) });
    await report.used(file, 'picture beside a point cloud');
    if (drawn !== undefined) figures.set(name, drawn);
  }
  return { related, figures };

  async function cameraOf(file: string): Promise<Record<string, unknown> | undefined> {
    try {
      const json = readJsonFile(tree.locate(file), file);
      if (!isRecord(json) || !isRecord(json.meta ?? {})) {
        await report.failed({ file, code: 'SLY_FORMAT_INVALID', message: 'expected an object with "meta"' });
        return undefined;
      }
      await report.used(file, 'camera');
      return (json.meta ?? {}) as Record<string, unknown>;
    } catch (error) {
      const { code, detail: message } = toSlyError(error);
      await report.failed({ file, code, message });
      return undefined;
    }
  }
}
