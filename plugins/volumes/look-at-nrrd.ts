/** The header of an NRRD file: what is known of the volume, and which way its axes go. */
import { readNrrdHeader, type VolumeMeta } from '../../src/format/nrrd-header.ts';
import { SlyError } from '../../src/lib/errors.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { isNrrd } from './volume-kind.ts';

const MOST_HEADER = 64 << 10;

/** `space`: what it says where that is not RAS. Throws SLY_FORMAT_INVALID. */
export async function lookAtNrrd(
  tree: SourceTree,
  file: string,
): Promise<{ meta: VolumeMeta & Record<string, unknown>; space: string | undefined }> {
  const head = await tree.head(file, MOST_HEADER);
  const invalid = (detail: string): SlyError => new SlyError('SLY_FORMAT_INVALID', { detail });
  if (!isNrrd(head)) throw invalid('expected an NRRD file, got other bytes');
  const header = readNrrdHeader(head.toString('latin1'));
  if (header === undefined) throw invalid('expected a header with three axes of space, got none');
  if (header.fields.has('data file') || header.fields.has('datafile'))
    throw invalid('expected voxels in the same file, got a header that names another');
  const space = (header.fields.get('space') ?? 'none').toLowerCase();
  const isRas = space === 'right-anterior-superior' || space === 'ras';
  return { meta: { ...header.meta }, space: isRas ? undefined : space };
}
