/** Where the files of a video, a point cloud or a volume go in a project that is laid out for an export. */
import type { ListedItem } from '../../format/listed-item.ts';
import { type EntityType, entityPaths, geometryPath, relatedPaths } from '../../format/project-paths.ts';
import type { ExportItem } from '../../protocol/publish.ts';

/** A file below the project folder: JSON, or bytes in storage. */
export type LaidOutFile = { path: string; json: unknown } | { path: string; sha256: string; size: number };

export interface LaidOutEntity {
  line: ListedItem;
  files: LaidOutFile[];
  /** Where its annotation goes; absent in an episode. */
  ann?: string;
}

/**
 * What cannot be where the format has it (a name that is too long for its ending, a place another item has already)
 * is found through the list alone.
 */
export function layOutEntity(
  type: EntityType,
  item: ExportItem,
  isFree: (path: string) => boolean,
): LaidOutEntity {
  const paths = entityPaths(type, item.dataset, item.name);
  const files: LaidOutFile[] = [];
  const taken = new Set<string>();
  const place = (wanted: string, otherwise: string): string => {
    const path = isFree(wanted) && !taken.has(wanted) ? wanted : otherwise;
    taken.add(path);
    return path;
  };
  const hidden = (name: string | number): string => `.long-names/${item.id}/${name}`;

  const ann = type === 'point_cloud_episodes' ? undefined : place(paths.ann, hidden('ann.json'));
  if (item.sha256 !== null) files.push({ path: paths.file, sha256: item.sha256, size: item.size });
  const meta = item.meta as Record<string, unknown> | null;
  const hasMeta = meta !== null && Object.keys(meta).length > 0;
  if (hasMeta && type === 'videos' && isFree(paths.metadata))
    files.push({ path: paths.metadata, json: meta });
  if ((item.link !== null || (hasMeta && type !== 'videos')) && isFree(paths.info)) {
    const { name, link, mime } = item;
    files.push({
      path: paths.info,
      json: { name, ...(link !== null && { link, mime }), ...(hasMeta && type !== 'videos' && { meta }) },
    });
  }

  const related = item.related?.map(({ name, sha256, size, meta: about, figures }, at) => {
    const inFolder = relatedPaths(paths.related, name);
    const file = place(inFolder.file, hidden(`related/${at}`));
    const beside = relatedPaths(file.slice(0, file.lastIndexOf('/')), file.slice(file.lastIndexOf('/') + 1));
    const drawn = figures === undefined || figures.length === 0 ? undefined : beside.figures;
    files.push({ path: file, sha256, size });
    files.push({ path: place(beside.info, hidden(`related/${at}.json`)), json: { name, meta: about } });
    const figuresAt = drawn === undefined ? undefined : place(drawn, hidden(`related/${at}.figures.json`));
    if (figuresAt !== undefined) files.push({ path: figuresAt, json: figures });
    return { name, file, meta: about, ...(figuresAt !== undefined && { figures: figuresAt }) };
  });

  const geometries = item.geometries?.map(({ key, geometryType, sha256, size }, at) => {
    const wanted = /^[\w-]+$/.test(key)
      ? geometryPath(item.dataset, item.name, { key, geometryType })
      : undefined;
    const file = place(wanted ?? hidden(`geometry/${at}`), hidden(`geometry/${at}`));
    files.push({ path: file, sha256, size });
    return { key, geometryType, file };
  });

  const { dataset, name, link, width, height } = item;
  const line: ListedItem = {
    dataset,
    name,
    ...(ann !== undefined && { ann }),
    ...(item.sha256 !== null && { image: paths.file }),
    ...(link !== null && { link }),
    ...(width !== null && { width }),
    ...(height !== null && { height }),
    ...(meta !== null && { meta }),
    ...(related !== undefined && related.length > 0 && { related }),
    ...(geometries !== undefined && geometries.length > 0 && { geometries }),
  };
  return { line, files, ...(ann !== undefined && { ann }) };
}
