/** The options of plugin.json as types. The host completed and checked them. */
import type { DatasetMode } from './dataset-names.ts';

export interface ImportOptions {
  datasets: DatasetMode;
  rleAs: 'polygon' | 'bitmap';
  hiddenKeypoints: boolean;
  links: boolean;
  badAnnotationFile: 'fail' | 'skip';
}

export function importOptions(raw: Readonly<Record<string, unknown>>): ImportOptions {
  return {
    datasets: raw.datasets === 'folder' || raw.datasets === 'one' ? raw.datasets : 'split',
    rleAs: raw.rle_as === 'polygon' ? 'polygon' : 'bitmap',
    hiddenKeypoints: raw.hidden_keypoints === true,
    links: raw.links === true,
    badAnnotationFile: raw.bad_annotation_file === 'skip' ? 'skip' : 'fail',
  };
}

export interface ExportOptions {
  onlyAnnotations: boolean;
  onlyAnnotated: boolean;
  masks: 'rle' | 'polygon';
  captions: boolean;
  /** Folder of the pictures in the archive. */
  imagesFolder: string;
}

export function exportOptions(raw: Readonly<Record<string, unknown>>): ExportOptions {
  return {
    onlyAnnotations: raw.only_annotations === true,
    onlyAnnotated: raw.only_annotated === true,
    masks: raw.masks === 'polygon' ? 'polygon' : 'rle',
    captions: raw.captions !== false,
    imagesFolder:
      typeof raw.images_folder === 'string' && raw.images_folder !== '' ? raw.images_folder : 'images',
  };
}
