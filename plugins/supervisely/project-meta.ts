/** Classes and tags of one project of the source: from meta.json, else from its annotations. */
import { readAnnotation } from '../../src/format/annotation.ts';
import { createMetaInferrer } from '../../src/format/infer-meta.ts';
import { readMeta } from '../../src/format/meta.ts';
import type { ProjectMeta } from '../../src/format/model.ts';
import { isEntityType } from '../../src/format/project-paths.ts';
import type { FoundProject } from '../../src/format/project-tree.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import type { ProjectType } from '../../src/protocol/project-type.ts';
import { inferEntityMeta } from './entities/infer-meta.ts';
import { entityKind, typeOfProject } from './entities/kinds.ts';
import type { SourceFiles } from './entities/source-files.ts';
import { readJsonFile } from './json-file.ts';

/** Annotations that are read at once. */
const PARALLEL = 16;

/** Undefined when the project is not of this type; that is reported. */
export async function projectMeta(
  ctx: ImportContext,
  project: FoundProject,
  { type, sources }: { type: ProjectType; sources: SourceFiles },
): Promise<ProjectMeta | undefined> {
  const { metaFile } = project;
  const infer = (): Promise<ProjectMeta> =>
    isEntityType(type)
      ? inferEntityMeta(ctx, project, { kind: entityKind(type), sources })
      : inferImageMeta(ctx, project);
  const isOther = async (meta: ProjectMeta | undefined, file: string): Promise<boolean> => {
    const own = typeOfProject(project, meta, (path) => sources.size(path) !== undefined);
    if (own === type) return false;
    await ctx.report.failed({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected a project of ${type}, got one of ${own}`,
      hint: own === 'meshes' ? 'Meshes cannot be imported.' : 'Import it on its own.',
    });
    return true;
  };
  if (metaFile === undefined) return infer();
  try {
    const { meta, problems } = readMeta(await readJsonFile(ctx.tree, metaFile));
    const fatal = problems.find(({ severity }) => severity === 'fatal');
    if (fatal !== undefined) {
      await ctx.report.failed({ file: metaFile, ...fatal });
      return infer();
    }
    if (await isOther(meta, metaFile)) return undefined;
    for (const { place, code, message, hint } of problems)
      await ctx.report.warning({
        file: metaFile,
        place,
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
      });
    await ctx.report.used(metaFile, 'classes and tags');
    return meta;
  } catch (error) {
    ctx.signal.throwIfAborted();
    const { code, detail } = toSlyError(error);
    await ctx.report.failed({
      file: metaFile,
      code,
      message: detail,
      hint: 'Classes and tags are taken from the annotations instead.',
    });
    return infer();
  }
}

/** Reads every annotation once: a class seen with two geometries must be known before the first label is written. */
async function inferImageMeta(ctx: ImportContext, project: FoundProject): Promise<ProjectMeta> {
  const inferrer = createMetaInferrer();
  const files = project.datasets.flatMap(({ items }) => items.flatMap(({ ann }) => ann ?? []));
  for (let at = 0; at < files.length; at += PARALLEL) {
    ctx.signal.throwIfAborted();
    // What cannot be read is reported when its item is imported.
    const batch = files
      .slice(at, at + PARALLEL)
      .map((file) => readJsonFile(ctx.tree, file).catch(() => undefined));
    for (const json of await Promise.all(batch)) {
      const { annotation } = readAnnotation(json);
      if (annotation !== undefined) inferrer.add(annotation);
    }
    ctx.progress('looking for classes', Math.min(at + PARALLEL, files.length), files.length);
  }
  return inferrer.meta();
}
