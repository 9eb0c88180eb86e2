/** Options every built-in plugin with labels understands, because the plugin host carries them out. */
import type { Manifest } from './plugin.ts';

type Properties = Record<string, Record<string, unknown>>;

const CLASSES = {
  type: 'array',
  items: { type: 'string', minLength: 1 },
  default: [],
  title: 'Only these classes',
};

export const COMMON_OPTIONS: Readonly<Record<'import' | 'export', Properties>> = {
  import: {
    classes: {
      ...CLASSES,
      description: 'Labels of other classes are left out; their items stay. Empty: all classes.',
    },
    masks_as: {
      type: 'string',
      enum: ['as-is', 'polygon', 'bitmap'],
      default: 'as-is',
      title: 'Masks and polygons',
      description:
        'as-is: as the format has them. polygon: masks become polygons, easier to edit; single pixels and thin lines are lost. bitmap: polygons become masks.',
    },
  },
  export: {
    classes: {
      ...CLASSES,
      description: 'Labels of other classes are not written; their items are. Empty: all classes.',
    },
  },
};

/** The manifest with the common options behind its own. A key of its own wins. */
export function withCommonOptions(manifest: Manifest): Manifest {
  if (manifest.labels === false) return manifest;
  const options: NonNullable<Manifest['options']> = {};
  for (const action of ['import', 'export'] as const) {
    if (!manifest.actions.includes(action)) continue;
    const own = manifest.options?.[action] ?? { type: 'object', additionalProperties: false };
    const properties = { ...(own.properties as Properties | undefined), ...missing(action, own, manifest) };
    options[action] = { ...own, properties };
  }
  return { ...manifest, options };
}

/** Masks become polygons in images alone. */
function missing(
  action: 'import' | 'export',
  own: Record<string, unknown>,
  { modalities }: Pick<Manifest, 'modalities'>,
): Properties {
  const taken = (own.properties ?? {}) as Properties;
  return Object.fromEntries(
    Object.entries(COMMON_OPTIONS[action]).filter(
      ([key]) => taken[key] === undefined && (key !== 'masks_as' || modalities.includes('images')),
    ),
  );
}
