/** What a file of a volume is called, and by its first bytes whether it is one. */
import path from 'node:path';

const NIFTI = /\.nii(?:\.gz)?$/i;

export const isGzipName = (file: string): boolean => /\.gz$/i.test(file);
export const isNiftiName = (file: string): boolean => NIFTI.test(file);
export const isNrrdName = (file: string): boolean => /\.nrrd$/i.test(file);
export const isVolumeName = (file: string): boolean => isNiftiName(file) || isNrrdName(file);

/** Without folders and the ending: `a/ct.nii.gz` is `ct`. */
export const stemOf = (file: string): string => path.posix.basename(file).replace(NIFTI, '');

/** A part of a series of pictures, each a file. */
export const isDicom = (head: Buffer): boolean => head.toString('latin1', 128, 132) === 'DICM';

export const isNrrd = (head: Buffer): boolean => head.toString('latin1', 0, 7) === 'NRRD000';
