/** The options of plugin.json as types. The host completed and checked them. */

export interface ImportOptions {
  datasets: 'split' | 'folder' | 'one';
  parts: boolean;
  neutral: boolean;
  /** What the first pixel is called. */
  origin: 0 | 1;
}

export function importOptions(raw: Readonly<Record<string, unknown>>): ImportOptions {
  return {
    datasets: raw.datasets === 'folder' || raw.datasets === 'one' ? raw.datasets : 'split',
    parts: raw.parts !== false,
    neutral: raw.neutral !== false,
    origin: raw.one_based === true ? 1 : 0,
  };
}

export interface ExportOptions {
  onlyAnnotations: boolean;
  onlyAnnotated: boolean;
  /** Pixels. */
  contourThickness: number;
  toJpeg: boolean;
  /** 0..1. */
  trainShare: number;
  origin: 0 | 1;
}

export function exportOptions(raw: Readonly<Record<string, unknown>>): ExportOptions {
  return {
    onlyAnnotations: raw.only_annotations === true,
    onlyAnnotated: raw.only_annotated === true,
    contourThickness: typeof raw.contour_thickness === 'number' ? raw.contour_thickness : 0,
    toJpeg: raw.pictures === 'jpeg',
    trainShare: typeof raw.train_share === 'number' ? raw.train_share : 0.8,
    origin: raw.one_based === true ? 1 : 0,
  };
}
