/** Classes and tags of a project without meta.json, from the objects of its annotations and what is drawn of them. */
import { openAnnotationFile } from '../../../src/format/annotation-file.ts';
import { createMetaInferrer } from '../../../src/format/infer-meta.ts';
import type { Label, OpaqueLabel, ProjectMeta } from '../../../src/format/model.ts';
import { isRecord } from '../../../src/format/problem.ts';
import type { FoundProject } from '../../../src/format/project-tree.ts';
import { readTags } from '../../../src/format/read-tags.ts';
import type { ImportContext } from '../../../src/plugin-kit/plugin.ts';
import { plainKey } from './keys.ts';
import type { EntityKind } from './kinds.ts';
import type { SourceFiles } from './source-files.ts';

export async function inferEntityMeta(
  ctx: ImportContext,
  { datasets }: FoundProject,
  { kind, sources }: { kind: EntityKind; sources: SourceFiles },
): Promise<ProjectMeta> {
  const inferrer = createMetaInferrer();
  const files = datasets.flatMap(({ folder, items }) =>
    kind.type === 'point_cloud_episodes'
      ? (sources.beside.episode(folder).ann ?? [])
      : items.flatMap(({ ann }) => ann ?? []),
  );
  const size = { width: 0, height: 0 };
  for (const [at, file] of files.entries()) {
    ctx.signal.throwIfAborted();
    try {
      const source = openAnnotationFile(ctx.tree.locate(file), { signal: ctx.signal, shownAs: file });
      const { objects, tags } = await source.head();
      inferrer.add({ description: '', size, tags: readTags(tags, 'tags', undefined, []), objects: [] });
      const titles = new Map<string, { classTitle: string; tags: unknown }>();
      for (const object of objects)
        if (isRecord(object) && typeof object.classTitle === 'string' && object.classTitle !== '')
          titles.set(plainKey(String(object.key)), { classTitle: object.classTitle, tags: object.tags });
      for await (const page of source.figures())
        for (const { figure } of page) {
          const label = isRecord(figure) ? labelOf(figure, titles) : undefined;
          if (label !== undefined) inferrer.add({ description: '', size, tags: [], objects: [label] });
        }
    } catch {
      // What cannot be read is reported when its item is imported.
      ctx.signal.throwIfAborted();
    }
    ctx.progress('looking for classes', at + 1, files.length);
  }
  return { ...inferrer.meta(), projectType: kind.type };
}

function labelOf(
  { objectKey, geometryType, geometry }: Record<string, unknown>,
  titles: ReadonlyMap<string, { classTitle: string; tags: unknown }>,
): Label | OpaqueLabel | undefined {
  const object = titles.get(plainKey(String(objectKey)));
  if (object === undefined || typeof geometryType !== 'string' || geometryType === '') return undefined;
  const tags = readTags(object.tags, 'tags', undefined, []);
  const { classTitle } = object;
  // Of a geometry only the nodes of a graph say something of its class.
  const nodes = geometryType === 'graph' && isRecord(geometry) ? geometry.nodes : undefined;
  if (geometryType !== 'graph') return { classTitle, tags, geometryType };
  const good = isRecord(nodes)
    ? Object.fromEntries(Object.entries(nodes).filter(([, node]) => isRecord(node)))
    : {};
  return { classTitle, tags, geometryType, nodes: good as Extract<Label, { nodes: unknown }>['nodes'] };
}
