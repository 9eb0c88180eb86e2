/** The options as the manifest completes them, under their types. */
import { splitNamed } from '../../src/plugin-kit/splits.ts';
import { type ClassRule, parseClassRules } from './class-rules.ts';

export interface ImportOptions {
  datasets: 'folder' | 'split' | 'one';
  /** Undefined: by the files, or by the look of the masks. */
  mapping: ClassRule[] | undefined;
  masks: 'auto' | 'semantic' | 'instances' | 'both';
  threshold: number;
  parts: boolean;
  policy: unknown;
}

/** Throws SLY_PLUGIN_OPTIONS for a mapping that cannot be read. */
export function importOptions(options: Readonly<Record<string, unknown>>): ImportOptions {
  return {
    datasets: options.datasets === 'one' || options.datasets === 'split' ? options.datasets : 'folder',
    mapping: parseClassRules(String(options.classes_mapping ?? '')),
    masks:
      options.masks === 'semantic' || options.masks === 'instances' || options.masks === 'both'
        ? options.masks
        : 'auto',
    threshold: Math.min(254, Math.max(0, Number(options.threshold ?? 0))),
    parts: options.objects === 'part',
    policy: options.bad_annotation,
  };
}

const ONLY = 'ds0';

/** `key`: the folders of a picture that say more than what is in them. */
export function datasetOf(key: string, datasets: ImportOptions['datasets']): string {
  if (datasets === 'one' || key === '') return ONLY;
  if (datasets === 'folder') return key;
  const split = key
    .split('/')
    .map(splitNamed)
    .find((one) => one !== undefined);
  return split ?? key;
}

export interface ExportOptions {
  machine: boolean;
  human: boolean;
  instances: boolean;
  semanticRgb: boolean;
  /** Pixels. */
  thickness: number;
  /** 0..1. */
  humanScale: number;
  annotations: boolean;
  onlyAnnotated: boolean;
  onlyAnnotations: boolean;
}

export function exportOptions(options: Readonly<Record<string, unknown>>): ExportOptions {
  return {
    machine: options.machine_masks !== false,
    human: options.human_masks === true,
    instances: options.instance_masks === true,
    semanticRgb: options.semantic_rgb_masks === true,
    thickness: Number(options.thickness ?? 2),
    humanScale: Number(options.human_resize ?? 100) / 100,
    annotations: options.annotations !== false,
    onlyAnnotated: options.only_annotated === true,
    onlyAnnotations: options.only_annotations === true,
  };
}
