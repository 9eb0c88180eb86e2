/** The common option `classes` of an export: the project as if it had only these. */
import { episodeWithClasses, withClasses } from './exported-entities.ts';
import type { ExportedProject, Reporter } from './plugin.ts';

export async function withChosenClasses(
  project: ExportedProject,
  options: Readonly<Record<string, unknown>>,
  report: Reporter,
): Promise<ExportedProject> {
  const classes = Array.isArray(options.classes) ? options.classes.map(String) : [];
  if (classes.length === 0) return project;
  const wanted = new Set(classes);
  const there = new Set(project.meta.classes.map(({ title }) => title));
  for (const title of wanted) {
    if (there.has(title)) continue;
    await report.warning({
      code: 'SLY_PLUGIN_OPTIONS',
      place: 'classes',
      message: `expected a class called ${JSON.stringify(title)}, got ${[...there].sort().slice(0, 20).join(', ') || 'no class'}`,
    });
  }
  /** Objects that were left out of each episode. */
  let left: Map<string, ReadonlySet<string>> | undefined;
  const nothing: ReadonlySet<string> = new Set();
  return {
    ...project,
    meta: { ...project.meta, classes: project.meta.classes.filter(({ title }) => wanted.has(title)) },
    async *items() {
      for await (const item of project.items()) {
        const objects = item.annotation.objects.filter(({ classTitle }) => wanted.has(classTitle));
        yield { ...item, annotation: { ...item.annotation, objects } };
      }
    },
    async *entities() {
      if (left === undefined) {
        left = new Map();
        for await (const one of project.episodes())
          left.set(one.dataset, (await episodeWithClasses(one, wanted)).left);
      }
      for await (const entity of project.entities())
        yield await withClasses(entity, wanted, left.get(entity.dataset) ?? nothing);
    },
    async *episodes() {
      for await (const one of project.episodes()) yield (await episodeWithClasses(one, wanted)).episode;
    },
  };
}
