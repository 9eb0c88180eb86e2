/** Which version and which labels of a source are imported, and its classes. */
import { SlyError } from '../../src/lib/errors.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { readConfig, type VistasClass } from './config.ts';
import {
  configFile,
  type Layout,
  readLayout,
  SOURCES,
  type Source,
  VERSIONS,
  type Version,
} from './layout.ts';
import { VISTAS_CLASSES } from './vistas-classes.ts';

export interface Vistas extends Layout {
  version: Version;
  source: Source;
  classes: readonly VistasClass[];
  /** Path of the configuration, when there is one. */
  config?: string;
}

/** Throws SLY_FORMAT_INVALID when there are no such labels. */
export async function openVistas(
  { tree, options }: Pick<ImportContext, 'tree' | 'options'>,
  book: ProblemBook,
): Promise<Vistas> {
  const layout = readLayout(tree);
  const { version, source } = choose(layout, String(options.version), String(options.labels_from));
  const config = configFile(tree, version);
  if (config !== undefined)
    return { ...layout, version, source, classes: readConfig(await tree.text(config), config), config };
  const known = version !== 'v2.0';
  if (!known && source !== 'polygons')
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected config_v2.0.json with the names of the numbers of version 2.0, got none',
      hint: 'Add the file, or set labels_from: polygons, which name their classes.',
    });
  book.note('warning', 'configurations that are missing', () => ({
    code: 'SLY_NOT_FOUND',
    message: known
      ? 'expected config.json with the classes, got none; the 66 classes of version 1 are used'
      : 'expected config_v2.0.json with the classes, got none; classes are called as in the polygons',
  }));
  return { ...layout, version, source, classes: known ? VISTAS_CLASSES : [] };
}

function choose({ counts }: Layout, version: string, source: string): { version: Version; source: Source } {
  for (const one of VERSIONS) {
    if (version !== 'auto' && version !== one) continue;
    for (const from of SOURCES)
      if ((source === 'auto' || source === from) && counts[one][from] > 0)
        return { version: one, source: from };
  }
  const what = source === 'auto' ? 'instances, polygons or labels' : source;
  const where = version === 'auto' || version === 'v1' ? '<split>' : `<split>/${version}`;
  throw new SlyError('SLY_FORMAT_INVALID', {
    detail: `expected ${what} in ${where} with the names of the pictures in <split>/images, got none`,
  });
}
