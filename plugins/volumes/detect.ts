/** Volumes by their names and first bytes. */
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { readNiftiHeader } from '../../src/format/nifti-header.ts';
import { readNrrdHeader } from '../../src/format/nrrd-header.ts';
import { isJunk } from '../../src/format/project-folders.ts';
import { DOCUMENTS, LABELS, LOOKED_AT, plainVerdict } from '../../src/plugin-kit/detect-plain.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { isDicom, isDicomName, isGzipName, isNrrdName, isVolumeName, startsDicom } from './volume-kind.ts';

const HEAD_BYTES = 64 << 10;
const PACKED_BYTES = 4096;
/** A byte cannot become more than a thousand. */
const MOST_UNPACKED = 8 << 20;
/** A disc of DICOM has a viewer on it, or a page of help. */
const FEW_OF = 10;
/** Files of a DICOM series often have no ending, or one of digits: `IM0001`, `1.2.840.113619.2.5`. */
const NO_ENDING = /^[^.]*$|\.\d+$/;

export async function detectVolumes({ tree }: DetectContext): Promise<Verdict> {
  const volumes: string[] = [];
  const dicom: string[] = [];
  let [count, dicomCount, pictures, others] = [0, 0, 0, 0];
  let label: string | undefined;
  for (const { path: file } of tree.files) {
    const base = path.posix.basename(file);
    if (isJunk(base)) continue;
    if (isVolumeName(base)) {
      count++;
      if (volumes.length < LOOKED_AT) volumes.push(file);
    } else if (isDicomName(base) || (NO_ENDING.test(base) && !DOCUMENTS.test(base))) {
      dicomCount++;
      if (dicom.length < LOOKED_AT) dicom.push(file);
    } else if (isImageName(base)) pictures++;
    else if (!DOCUMENTS.test(base)) {
      others++;
      if (LABELS.test(base)) label ??= file;
    }
  }
  const no = (because: string): Verdict => ({ confidence: 0, because });
  const slice = await firstDicom(tree, dicom);
  if (slice !== undefined && count === 0) {
    const clear = others * FEW_OF <= dicomCount ? 0.9 : 0.45;
    return plainVerdict(`there is DICOM (${slice})`, { clear, count: dicomCount, pictures, label });
  }
  if (count === 0) return no('no file has the name of a volume');
  let real: string | undefined;
  for (const file of volumes) if (real === undefined && (await isVolume(tree, file))) real = file;
  if (real === undefined) return no(`${volumes[0]} has the name of a volume, but not its bytes`);
  const there = `${count === 1 ? 'there is 1 volume' : `there are ${count} volumes`} (${real})`;
  return plainVerdict(there, { clear: 0.45, count, pictures, label });
}

async function firstDicom(tree: SourceTree, files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const head = await tree.head(file, 132);
    if (isDicom(head) || (isDicomName(file) && startsDicom(head))) return file;
  }
  return undefined;
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
