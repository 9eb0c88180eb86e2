/**
 * Export of videos, point clouds, episodes and volumes. Annotations, items, geometries and pictures beside clouds go
 * into the archive as the files they are; what is small is written anew.
 */
import path from 'node:path';
import { isRecord } from '../../../src/format/problem.ts';
import {
  type EntityType,
  entityPaths,
  episodePaths,
  geometryPath,
  relatedPaths,
} from '../../../src/format/project-paths.ts';
import type { ArchiveWriter, ExportContext, ExportedEntity } from '../../../src/plugin-kit/plugin.ts';
import { jsonText } from '../json-file.ts';

interface Target {
  archive: ArchiveWriter;
  /** Folder of the project. */
  top: string;
  type: EntityType;
  /** Items are files without a byte then: the format wants them to be there. */
  jsonOnly: boolean;
}

/** Numbers of a server mean nothing elsewhere; readers want the file nonetheless. */
const KEY_ID_MAP = { tags: {}, objects: {}, figures: {}, videos: {} };

export async function exportEntities(
  { archive, project, progress, signal }: ExportContext,
  { top, type, jsonOnly }: Omit<Target, 'archive'>,
): Promise<void> {
  const target = { archive, top, type, jsonOnly };
  await archive.addText(`${top}/key_id_map.json`, jsonText(KEY_ID_MAP));
  for await (const { dataset, annotation, frames } of project.episodes()) {
    const paths = episodePaths(dataset);
    await annotation.addTo(archive, `${top}/${paths.ann}`);
    await archive.addFile(`${top}/${paths.frames}`, frames);
  }
  let done = 0;
  for await (const entity of project.entities()) {
    signal.throwIfAborted();
    await addEntity(target, entity);
    await archive.written(entity);
    progress('exporting', ++done, project.total);
  }
}

async function addEntity(target: Target, entity: ExportedEntity): Promise<void> {
  const { archive, top, type } = target;
  const { dataset, annotation, meta } = entity;
  const used = await addBytes(target, entity);
  const name = path.posix.basename(used);
  const paths = entityPaths(type, dataset, name);
  if (annotation !== undefined) await annotation.addTo(archive, `${top}/${paths.ann}`);
  if (type === 'videos') {
    const { customData, ...metadata } = meta;
    if (Object.keys(metadata).length > 0)
      await archive.addText(`${top}/${paths.metadata}`, jsonText(metadata));
    if (isRecord(customData)) await archive.addText(`${top}/${paths.customData}`, jsonText(customData));
  }
  await addInfo(target, entity, `${top}/${paths.info}`);
  for (const { key, geometryType, file } of entity.geometries) {
    const place = geometryPath(dataset, name, { key, geometryType });
    if (place !== undefined) await archive.addFile(`${top}/${place}`, file);
  }
  await addRelated(target, entity, paths.related);
}

/** Names that differ in case alone get another one; annotation and sidecars go by it. Returns the path. */
async function addBytes({ archive, top, type, jsonOnly }: Target, entity: ExportedEntity): Promise<string> {
  const { file: place } = entityPaths(type, entity.dataset, entity.name);
  if (entity.file !== undefined && !jsonOnly) return archive.addFile(`${top}/${place}`, entity.file);
  return archive.addText(`${top}/${place}`, '');
}

/** Where a link leads, and the metadata of clouds; that of volumes stands in their annotation. */
async function addInfo({ archive, type }: Target, entity: ExportedEntity, place: string): Promise<void> {
  const { name, link, meta } = entity;
  const { frame: _frame, ...rest } = meta;
  const own = type.startsWith('point_cloud') && Object.keys(rest).length > 0 ? { meta: rest } : {};
  if (link === undefined && !('meta' in own)) return;
  await archive.addText(place, jsonText({ name, ...(link === undefined ? {} : { link }), ...own }));
}

async function addRelated(
  { archive, top, jsonOnly }: Target,
  { related }: ExportedEntity,
  folder: string,
): Promise<void> {
  for (const { name, file, meta, figures } of related) {
    const place = `${top}/${relatedPaths(folder, name).file}`;
    const used = await (jsonOnly ? archive.addText(place, '') : archive.addFile(place, file));
    const picture = path.posix.basename(used);
    const paths = relatedPaths(folder, picture);
    await archive.addText(`${top}/${paths.info}`, jsonText({ name: picture, meta }));
    const drawn = await figures();
    if (drawn.length > 0) await archive.addText(`${top}/${paths.figures}`, jsonText(drawn));
  }
}
