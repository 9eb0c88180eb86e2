/** The options of an import as the manifest completed them. */
export interface ImportOptions {
  /** `auto`, `custom` or the name of a data set. */
  set: string;
  /** Lines of classes; not empty = a set of one's own. */
  legend: string;
  masksFolder: string;
  datasets: 'split' | 'folder' | 'one';
  objects: 'auto' | 'class' | 'parts';
  background: 'auto' | 'import' | 'skip';
  nearest: number;
  badAnnotation: 'skip-annotation' | 'skip-item' | 'stop';
}

export function readOptions(options: Readonly<Record<string, unknown>>): ImportOptions {
  const text = (key: string, otherwise: string): string =>
    typeof options[key] === 'string' ? (options[key] as string) : otherwise;
  return {
    set: text('set', 'auto'),
    legend: text('legend', '').trim(),
    masksFolder: text('masks_folder', '').trim().replace(/\/+$/, ''),
    datasets: text('datasets', 'split') as ImportOptions['datasets'],
    objects: text('objects', 'auto') as ImportOptions['objects'],
    background: text('background', 'auto') as ImportOptions['background'],
    nearest: Number(options.nearest_colour ?? 0),
    badAnnotation: text('bad_annotation', 'skip-annotation') as ImportOptions['badAnnotation'],
  };
}
