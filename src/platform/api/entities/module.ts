/** A plugin as the SDK sees it: a module of the ecosystem, an app of every team. */
import { type Static, Type } from 'typebox';
import type { Manifest } from '../../../protocol/plugin.ts';
import { AnyObject, Id, orNull, Time } from '../method.ts';

export const ModuleEntity = Type.Object(
  {
    id: Id,
    slug: Type.String({ description: 'sly-agent/<plugin>' }),
    name: Type.String(),
    type: Type.Literal('app'),
    description: Type.String(),
    config: AnyObject,
    meta: Type.Object({ releases: Type.Array(Type.Object({ version: Type.String() })) }),
    readme: Type.String(),
    repositoryModuleUrl: Type.Null(),
    repo: Type.Null(),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Module' },
);
export type ModuleEntity = Static<typeof ModuleEntity>;

export function moduleEntity(plugin: Manifest, known: { id: number; createdAt: string }): ModuleEntity {
  return {
    id: known.id,
    slug: slugOf(plugin.name),
    name: plugin.title,
    type: 'app',
    description: plugin.description,
    config: {
      name: plugin.title,
      type: 'app',
      description: plugin.description,
      categories: plugin.actions.filter((one) => one !== 'detect'),
      contextMenu: { target: targetsOf(plugin) },
      modalTemplateState: defaultsOf(plugin),
      plugin: plugin.name,
      modalities: plugin.modalities,
      options: plugin.options ?? {},
    },
    meta: { releases: [{ version: plugin.version }] },
    readme: '',
    repositoryModuleUrl: null,
    repo: null,
    createdAt: known.createdAt,
    updatedAt: known.createdAt,
  };
}

export const slugOf = (plugin: string): string => `sly-agent/${plugin}`;

export const AppEntity = Type.Object(
  {
    id: Id,
    moduleId: Id,
    teamId: Id,
    createdById: Id,
    disabled: Type.Boolean(),
    userLogin: orNull(Type.String()),
    name: Type.String(),
    slug: Type.String(),
    config: AnyObject,
    isShared: Type.Boolean(),
    repo: Type.Null(),
    tasks: Type.Array(Type.Unknown()),
  },
  { title: 'App' },
);

/** Every team has every module: the app has the number of its module. */
export function appEntity(
  module: ModuleEntity,
  of: { teamId: number; userId: number },
): Static<typeof AppEntity> {
  const { id, name, slug, config } = module;
  return {
    id,
    moduleId: id,
    teamId: of.teamId,
    createdById: of.userId,
    disabled: false,
    userLogin: null,
    name,
    slug,
    config,
    isShared: true,
    repo: null,
    tasks: [],
  };
}

/** Where the SDK lets an app be started from, and so which of `slyProjectId`, `slyFolder`... it sends. */
function targetsOf(plugin: Manifest): string[] {
  const targets: string[] = [];
  if (plugin.actions.includes('export'))
    for (const modality of plugin.modalities) targets.push(`${modality}_project`, `${modality}_dataset`);
  if (plugin.actions.includes('import')) targets.push('files_folder', 'files_file');
  return targets;
}

/** Defaults of the options, import's and export's in one: a plugin that does both starts by its target. */
function defaultsOf(plugin: Manifest): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (const schema of Object.values(plugin.options ?? {})) {
    const { properties } = schema as { properties?: Record<string, { default?: unknown }> };
    for (const [name, option] of Object.entries(properties ?? {}))
      if (option.default !== undefined) defaults[name] = option.default;
  }
  return defaults;
}
