/** Volumes by their names and first bytes. */
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { readNiftiHeader } from '../../src/format/nifti-header.ts';
import { readNrrdHeader } from '../../src/format/nrrd-header.ts';
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { isDicom, isGzipName, isNrrdName, isVolumeName } from './volume-kind.ts';

const HEAD_BYTES = 64 << 10;
const PACKED_BYTES = 4096;
/** A byte cannot become more than a thousand. */
const MOST_UNPACKED = 8 << 20;
const LABELS = /\.(?:json|xml|txt|csv)$/i;
const DOCUMENTS = /^(?:readme|licen[sc]e)\b/i;
const LOOKED_AT = 5;

export async function detectVolumes({ tree }: DetectContext): Promise<Verdict> {
  const volumes: string[] = [];
  let [count, pictures] = [0, 0];
  let label: string | undefined;
  for (const { path: file } of tree.files) {
    const base = path.posix.basename(file);
    if (isJunk(base)) continue;
    if (isVolumeName(base)) {
      count++;
      if (volumes.length < LOOKED_AT) volumes.push(file);
    } else if (isImageName(base)) pictures++;
    else if (LABELS.test(base) && !DOCUMENTS.test(base)) label ??= file;
  }
  const no = (because: string): Verdict => ({ confidence: 0, because });
  if (count === 0) return no(await whyNone(tree));
  let real: string | undefined;
  for (const file of volumes) if (real === undefined && (await isVolume(tree, file))) real = file;
  if (real === undefined) return no(`${volumes[0]} has the name of a volume, but not its bytes`);
  const there = `${count === 1 ? 'there is 1 volume' : `there are ${count} volumes`} (${real})`;
  if (pictures > 0)
    return {
      confidence: count >= pictures ? 0.45 : 0.1,
      because: `${there}, but ${pictures} pictures as well`,
    };
  if (label !== undefined)
    return {
      confidence: 0.15,
      because: `${there}; ${label} may be labels of a format that is not known here`,
    };
  return { confidence: 0.45, because: `${there} and nothing that looks like labels` };
}

async function whyNone(tree: SourceTree): Promise<string> {
  const first = tree.files.find(({ path: file }) => !isJunk(path.posix.basename(file)));
  if (first !== undefined && isDicom(await tree.head(first.path, 132)))
    return `${first.path} is DICOM, which is not read: convert the series to NIfTI, for example with dcm2niix`;
  return 'no file has the name of a volume';
}

/** An NRRD of a plane is a picture. */
async function isVolume(tree: SourceTree, file: string): Promise<boolean> {
  const head = await tree.head(file, HEAD_BYTES);
  if (isNrrdName(file)) return readNrrdHeader(head.toString('latin1')) !== undefined;
  return readNiftiHeader(isGzipName(file) ? unpacked(head) : head) !== undefined;
}

/** What comes first of what was packed; nothing where it is not. */
function unpacked(head: Buffer): Buffer {
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_UNPACKED };
    return gunzipSync(head.subarray(0, PACKED_BYTES), options);
  } catch {
    return Buffer.alloc(0);
  }
}
