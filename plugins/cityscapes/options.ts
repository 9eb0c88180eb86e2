/** The options as the manifest completes them, under their types. */

export interface ImportOptions {
  datasets: 'split' | 'folder' | 'one';
  splitTag: boolean;
}

export function importOptions(options: Readonly<Record<string, unknown>>): ImportOptions {
  return {
    datasets: options.datasets === 'folder' || options.datasets === 'one' ? options.datasets : 'split',
    splitTag: options.split_tag !== false,
  };
}

export interface ExportOptions {
  masks: boolean;
  ids: 'auto' | 'order';
  holes: 'join' | 'drop';
  pngPictures: boolean;
  onlyAnnotated: boolean;
  onlyAnnotations: boolean;
}

export function exportOptions(options: Readonly<Record<string, unknown>>): ExportOptions {
  return {
    masks: options.masks !== false,
    ids: options.ids === 'order' ? 'order' : 'auto',
    holes: options.holes === 'drop' ? 'drop' : 'join',
    pngPictures: options.png_pictures !== false,
    onlyAnnotated: options.only_annotated === true,
    onlyAnnotations: options.only_annotations === true,
  };
}
