/** What a file of a volume is called, and by its first bytes whether it is one. */
import path from 'node:path';

const NIFTI = /\.nii(?:\.gz)?$/i;

export const isGzipName = (file: string): boolean => /\.gz$/i.test(file);
export const isNiftiName = (file: string): boolean => NIFTI.test(file);
export const isNrrdName = (file: string): boolean => /\.nrrd$/i.test(file);
export const isVolumeName = (file: string): boolean => isNiftiName(file) || isNrrdName(file);

/** Without folders and the ending: `a/ct.nii.gz` is `ct`. */
export const stemOf = (file: string): string => path.posix.basename(file).replace(NIFTI, '');

/** Groups a file without preamble may begin with. */
const FIRST_GROUPS: ReadonlySet<number> = new Set([0x2, 0x8, 0x10, 0x20, 0x28]);

/** Files from before the preamble have nothing but their name. */
export const mayBeDicom = (file: string, head: Buffer): boolean => isDicom(head) || isDicomName(file);

export const isDicomName = (file: string): boolean => /\.(?:dcm|dicom|ima)$/i.test(file);

/** A part of a series of pictures, each a file. */
export const isDicom = (head: Buffer): boolean => head.toString('latin1', 128, 132) === 'DICM';

export const isNrrd = (head: Buffer): boolean => head.toString('latin1', 0, 7) === 'NRRD000';

/** The first element of DICOM without preamble, in either byte order. */
export const startsDicom = (head: Buffer): boolean =>
  head.length >= 8 && (FIRST_GROUPS.has(head.readUInt16LE(0)) || FIRST_GROUPS.has(head.readUInt16BE(0)));
