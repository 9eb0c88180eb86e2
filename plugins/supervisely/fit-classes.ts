/**
 * Brings the labels of one annotation to the classes and tags of the project that is written: follows the
 * renames of the merge, and asks for what `meta.json` does not have instead of losing the label.
 */
import { inferValueType } from '../../src/format/infer-meta.ts';
import { indexMeta } from '../../src/format/meta-index.ts';
import type {
  ImageAnnotation,
  Label,
  OpaqueLabel,
  ProjectMeta,
  Renames,
  Tag,
} from '../../src/format/model.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';

export function fitToProject(
  annotation: ImageAnnotation,
  meta: ProjectMeta,
  renames: Renames,
  project: Pick<ProjectWriter, 'defineClass' | 'defineTag'>,
): ImageAnnotation {
  const index = indexMeta(meta);

  function titleOf(label: Label | OpaqueLabel): string {
    const known = index.classes.get(label.classTitle);
    const title = renames.classes.get(label.classTitle) ?? label.classTitle;
    if (known !== undefined && (known.shape === 'any' || known.shape === label.geometryType)) return title;
    return project.defineClass({
      title: label.classTitle,
      shape: label.geometryType,
      ...(isKnownLabel(label) && label.geometryType === 'graph'
        ? { geometry_config: templateOf(label.nodes) }
        : {}),
    });
  }

  function fitTags(tags: Tag[]): Tag[] {
    return tags.map((tag) => {
      const name = index.tags.has(tag.name)
        ? (renames.tags.get(tag.name) ?? tag.name)
        : project.defineTag({ name: tag.name, value_type: inferValueType(tag.value) });
      return name === tag.name ? tag : { ...tag, name };
    });
  }

  return {
    ...annotation,
    tags: fitTags(annotation.tags),
    objects: annotation.objects.map((label) => ({
      ...label,
      classTitle: titleOf(label),
      tags: fitTags(label.tags),
    })),
  };
}

function templateOf(nodes: Record<string, { loc: unknown }>): Record<string, unknown> {
  const entries = Object.entries(nodes).map(([id, { loc }]) => [id, { label: id, loc, color: '#0000FF' }]);
  return { nodes: Object.fromEntries(entries), edges: [] };
}
