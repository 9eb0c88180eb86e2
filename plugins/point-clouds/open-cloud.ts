/** The bytes of one cloud: the file as it is, or a PCD that is made of it. */
import { open } from 'node:fs/promises';
import { SlyError } from '../../src/lib/errors.ts';
import type { ImportContext, NewEntity, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { binToPcd } from './bin-to-pcd.ts';
import { binValues, cloudKind, HEAD_BYTES } from './cloud-kind.ts';
import { MOST_HEADER, pcdFault } from './pcd-header.ts';
import { plyToPcd } from './ply-to-pcd.ts';

type Bytes = Pick<NewEntity, 'file' | 'result'>;
type Write = (from: Awaited<ReturnType<typeof open>>, to: Awaited<ReturnType<typeof open>>) => Promise<void>;

/** Throws SLY_FORMAT_INVALID where there is no cloud in it. */
export async function openCloud(ctx: ImportContext, entry: SourceFileEntry): Promise<Bytes> {
  const { tree, options, report, signal } = ctx;
  const { path: file, size } = entry;
  if (size === 0) throw invalid('expected a point cloud, got an empty file');
  const head = await tree.head(file, HEAD_BYTES);
  switch (cloudKind(file, head)) {
    case 'pcd': {
      const fault = pcdFault(await tree.head(file, MOST_HEADER), size);
      if (fault?.fatal === true) throw invalid(fault.message);
      if (fault !== undefined)
        await report.warning({
          file,
          code: 'SLY_FORMAT_INVALID',
          message: fault.message,
          hint: 'The file ends too early; copy it again from where it came from.',
        });
      return { file };
    }
    case 'las':
      return { file };
    case 'laz':
      throw invalid('LAZ cannot be read here', 'Unpack it to LAS, for example with laszip or PDAL.');
    case 'ply':
      if (options.ply === 'keep') return { file };
      return convert(ctx, file, (from, to) =>
        plyToPcd({ path: tree.locate(file), handle: from }, to, signal),
      );
    case 'bin': {
      const wanted = options.bin_values === '4' ? 4 : options.bin_values === '5' ? 5 : undefined;
      const values = wanted ?? binValues(head.subarray(0, size), size);
      if (values === undefined || size % (4 * values) !== 0)
        throw invalid(`expected points of ${values ?? '4 or 5'} floats, got ${size} bytes of something else`);
      const intensityAsRed = options.intensity_as_red === true;
      return convert(ctx, file, (from, to) => binToPcd(from, size, to, { values, intensityAsRed, signal }));
    }
    default:
      throw invalid('expected a point cloud, got other bytes');
  }
}

async function convert(
  { tree, project, report, signal }: ImportContext,
  file: string,
  write: Write,
): Promise<Bytes> {
  const { absolute, result } = project.resultFile('cloud.pcd');
  const from = await open(tree.locate(file), 'r');
  const to = await open(absolute, 'w');
  try {
    await write(from, to);
  } catch (error) {
    signal.throwIfAborted();
    // Of a broken source; nothing is left of what was made.
    await to.truncate(0);
    throw invalid((error as Error).message);
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
  await report.used(file, 'point cloud, made PCD');
  return { result };
}

function invalid(detail: string, hint?: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail, ...(hint === undefined ? {} : { hint }) });
}
