/** Which dataset a cloud belongs to by its folders, and where the pictures beside it are. */
import path from 'node:path';
import { ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';

/** Folders that only say that there are clouds. */
const CLOUD_FOLDERS = /^(?:pointclouds?|velodyne(?:_points)?|points)$/i;

export const isBesideCloud = (file: string): boolean => file.split('/').includes('related_images');

export function datasetOf(file: string): string {
  const folders = foldersOf(file).filter((folder) => !CLOUD_FOLDERS.test(folder));
  return folders.length > 0 ? folders.join('/') : ONLY_DATASET;
}

/** Folders in which `related_images` of a cloud may lie, the nearest first. */
export function besideFolders(file: string): string[] {
  const folders = foldersOf(file);
  const own = folders.join('/');
  return CLOUD_FOLDERS.test(folders.at(-1) ?? '') ? [own, folders.slice(0, -1).join('/')] : [own];
}

function foldersOf(file: string): string[] {
  const folder = path.posix.dirname(file);
  return folder === '.' ? [] : folder.split('/');
}
