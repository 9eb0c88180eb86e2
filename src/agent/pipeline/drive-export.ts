/**
 * An export from where the journal says it stands: the project is laid out, the plugin converts it, its
 * entries stream into storage as one tar, straight from where they lie. Every step may be repeated; the
 * same entries give the same bytes, so an interrupted archive goes on where it stopped.
 */
import { chmodSync, createReadStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ListedItem } from '../../format/listed-item.ts';
import { SlyError } from '../../lib/errors.ts';
import { readLines } from '../../lib/lines.ts';
import type { ExportSpec, TaskResult } from '../../protocol/task.ts';
import type { PlatformGateway } from '../ports/gateway.ts';
import type { PluginInfo } from '../ports/plugins.ts';
import type { SourceTree } from '../ports/sources.ts';
import { runToEnd, startOrFind } from './convert-import.ts';
import { move } from './drive-attempt.ts';
import { type Collected, collectEntries } from './export-entries.ts';
import { type LaidOutProject, layOutProject } from './project-layout.ts';
import type { StepContext } from './step-context.ts';
import { tarStream } from './tar-stream.ts';
import { saveTree } from './tree-file.ts';

export async function driveExport(ctx: StepContext, spec: ExportSpec): Promise<TaskResult> {
  const { deps } = ctx;
  if (ctx.record.state === 'leased') move(ctx, { state: 'fetching' });
  if (ctx.record.options === null) {
    const options = deps.plugins.completeOptions(spec.plugin, 'export', spec.options);
    ctx.record = deps.journal.note(ctx.record, { plugin: spec.plugin, because: 'it was asked for', options });
  }
  const plugin = deps.plugins.get(spec.plugin);
  if (plugin === undefined)
    throw new SlyError('SLY_PLUGIN_UNKNOWN', { detail: `${spec.plugin} is not here any more` });
  const project = await layOutProject(ctx, spec, plugin.manifest.modalities);
  const tree = await treeOf(ctx, project);
  if (ctx.record.state === 'fetching') {
    await saveTree(ctx.folder.tree, tree);
    ctx.log.write('info', 'agent', `${project.items} items of ${project.name} are here`);
    move(ctx, { state: 'converting', details: { plugin: spec.plugin } });
  }
  if (ctx.record.state === 'converting') {
    await convert(ctx, plugin, project);
    move(ctx, { state: 'publishing' });
  }
  // Of a script that is no download the log may be all there is.
  const mayBeEmpty = plugin.script?.download === false;
  return publishArchive(ctx, spec, { project, tree, mayBeEmpty });
}

/** A script that asks for the platform has its gateway as long as it runs. */
async function convert(ctx: StepContext, plugin: PluginInfo, project: LaidOutProject): Promise<void> {
  const wantsPlatform = plugin.script !== undefined && plugin.manifest.network === 'platform';
  const gateway = wantsPlatform ? await openGateway(ctx) : undefined;
  try {
    await runToEnd(ctx, await startOrFind(ctx, ctx.folder.data, plugin, project.folder, gateway));
  } finally {
    await gateway?.close();
  }
}

function openGateway({ deps, record, folder, signal }: StepContext): Promise<PlatformGateway> {
  mkdirSync(folder.gateway, { recursive: true });
  chmodSync(folder.gateway, 0o755);
  const { key: taskKey, attempt } = record;
  return deps.gateways.open({ folder: folder.gateway, taskKey, attempt, signal });
}

async function publishArchive(
  ctx: StepContext,
  spec: ExportSpec,
  made: { project: LaidOutProject; tree: SourceTree; mayBeEmpty: boolean },
): Promise<TaskResult> {
  const { deps, record } = ctx;
  const { project, tree, mayBeEmpty } = made;
  const collected = await collectEntries(ctx, project, tree, mayBeEmpty);
  const isEmpty = collected.entries.length === 0;
  const counts = await countItems(ctx, collected, tree);
  const common = { projectId: project.id, projectName: project.name, plugin: spec.plugin };
  if (isEmpty && mayBeEmpty) return { counts, ...common };
  if (isEmpty) throw nothingWritten(collected);
  const total = collected.bytes;
  const name = `${fileName(project.name)}-${spec.plugin}.tar`;
  let sent = 0;
  const blob = await deps.transfer.sendStream(
    (signal) => tarStream(collected.entries, new Date(record.task.createdAt), signal),
    {
      resumeKey: `archive-${record.key}-${record.attempt}-${record.run}`,
      signal: ctx.signal,
      onBytes: (bytes) => {
        sent += bytes;
        ctx.progress({ phase: 'publishing', bytes: { done: sent, total } });
      },
    },
  );
  const files = collected.entries.length;
  const request = { attempt: record.attempt, name, files, ...blob };
  const reply = await deps.client.registerArchive(record.key, request, ctx.signal);
  return {
    counts: { ...counts, bytes: blob.size },
    ...common,
    archiveId: reply.archiveId,
    archiveName: name,
    link: reply.link,
    ...blob,
  };
}

async function countItems(
  ctx: StepContext,
  collected: Collected,
  tree: SourceTree,
): Promise<TaskResult['counts']> {
  await ctx.outcomes.store(1, collected.outcome);
  const { counts } = await ctx.outcomes.summarize(tree, {
    reportFile: ctx.folder.report,
    unusedMessage: 'the plugin did not write this item',
  });
  await ctx.deps.client.putReport(ctx.record.key, ctx.record.attempt, ctx.folder.report, ctx.signal);
  return counts;
}

function nothingWritten({ outcome }: Collected): SlyError {
  const said = outcome.lines.slice(0, 5).map((line) => line.message);
  return new SlyError('SLY_PUBLISH_NOTHING', {
    detail: `the plugin wrote no file for the archive${said.length === 0 ? '' : `: ${said.join('; ')}`}`,
    hint: 'The report lists every item with its reason.',
  });
}

/** The items as the files of a report: `dataset/name`. */
async function treeOf(ctx: StepContext, project: LaidOutProject): Promise<SourceTree> {
  const tree: SourceTree = { root: ctx.folder.data, files: [], refused: [] };
  const list = path.join(ctx.folder.data, project.folder, 'items.ndjson');
  for await (const { text } of readLines(createReadStream(list), 64 << 20)) {
    const item = JSON.parse(text) as ListedItem;
    tree.files.push({ path: `${item.dataset}/${item.name}`, size: 0, mtimeNs: 0n, inode: 0n });
  }
  return tree;
}

/** Safe as a file name in a browser and a shell. */
function fileName(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._]+/, '');
  return safe === '' ? 'project' : safe.slice(0, 80);
}
