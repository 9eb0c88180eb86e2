/** Where the bytes of an item are, and what lies beside it: metadata, custom data, what the server knew. */

import { isRecord } from '../../../src/format/problem.ts';
import type { FoundDataset, FoundItem } from '../../../src/format/project-tree.ts';
import { toSlyError } from '../../../src/lib/errors.ts';
import type { ImportContext, NewEntity } from '../../../src/plugin-kit/plugin.ts';
import { linkIn, storedAt } from '../image-info.ts';
import { readJsonFile } from '../json-file.ts';
import type { ProblemDigest } from '../problem-digest.ts';
import { below, type EntityKind } from './kinds.ts';
import type { SourceFiles } from './source-files.ts';

interface EntityFiles {
  bytes: Pick<NewEntity, 'file' | 'link'>;
  meta: Record<string, unknown>;
}

export function createEntityFiles(
  ctx: ImportContext,
  { kind, sources, digest }: { kind: EntityKind; sources: SourceFiles; digest: ProblemDigest },
) {
  const { tree, report } = ctx;

  async function record(file: string | undefined, as: string): Promise<Record<string, unknown> | undefined> {
    if (file === undefined || sources.size(file) === undefined) return undefined;
    try {
      const json = await readJsonFile(tree, file);
      if (isRecord(json)) {
        await report.used(file, as);
        return json;
      }
      await report.failed({ file, code: 'SLY_FORMAT_INVALID', message: `expected an object of ${as}` });
    } catch (error) {
      const { code, detail: message } = toSlyError(error);
      await report.failed({ file, code, message });
    }
    return undefined;
  }

  /** Undefined when there is nothing, and an empty file is not wanted; that is reported. */
  async function bytesOf(
    item: FoundItem,
    info: Record<string, unknown> | undefined,
  ): Promise<EntityFiles['bytes'] | undefined> {
    const { image: file, name } = item;
    const size = file === undefined ? undefined : sources.size(file);
    if (file !== undefined && size !== 0) return { file };
    const link = linkIn(info) ?? storedAt(info);
    if (link !== undefined) return { link };
    const wanted = ctx.options.missing_pictures === 'blank';
    const got = file === undefined ? 'there is no file' : 'its file is empty: a download without content';
    const message = `there is no content of the ${kind.item} ${name}: ${got}, and no link to one`;
    if (wanted && file !== undefined) {
      await digest.warn('no content', {
        file,
        code: 'SLY_NOT_FOUND',
        message: `${message}; its labels were kept`,
      });
      return { file };
    }
    await report.skipped({
      file: file ?? item.ann ?? name,
      code: 'SLY_NOT_FOUND',
      message,
      ...(wanted || file === undefined
        ? {}
        : { hint: 'With missing_pictures: blank it is imported with its labels and without content.' }),
    });
    return undefined;
  }

  return {
    async of({ folder }: FoundDataset, item: FoundItem): Promise<EntityFiles | undefined> {
      const { name } = item;
      const info = await record(below(folder, `${kind.infoFolder}/${name}.json`), `${kind.item} info`);
      const bytes = await bytesOf(item, info);
      if (bytes === undefined) return undefined;
      const known = isRecord(info?.meta) ? info.meta : {};
      if (kind.type !== 'videos') return { bytes, meta: known };
      const own = await record(sources.beside.metadata(folder, name), 'metadata');
      const customData = await record(sources.beside.customData(folder, name), 'custom data');
      return { bytes, meta: { ...known, ...own, ...(customData === undefined ? {} : { customData }) } };
    },
  };
}
