/** Asks every plugin that can detect; none of them can spoil it for the others. */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toSlyError } from '../lib/errors.ts';
import type { Detection } from '../protocol/plugin.ts';
import { loadPlugin, pluginNames, readManifest } from './load-plugin.ts';
import type { SourceTree, Verdict } from './plugin.ts';

export async function detectFormats(
  tree: SourceTree,
  signal: AbortSignal,
  root?: string,
): Promise<Detection> {
  const detection: Detection = { candidates: [], rejected: [] };
  for (const name of pluginNames(root)) {
    signal.throwIfAborted();
    if (readManifest(name, root)?.actions.includes('detect') !== true) continue;
    const { confidence, because, options } = await ask(name, tree, root);
    if (!(confidence > 0)) detection.rejected.push({ plugin: name, because });
    else {
      detection.candidates.push({
        plugin: name,
        confidence: Math.min(confidence, 1),
        because,
        ...(options === undefined ? {} : { options }),
      });
    }
  }
  detection.candidates.sort((a, b) => b.confidence - a.confidence);
  return detection;
}

async function ask(name: string, tree: SourceTree, root: string | undefined): Promise<Verdict> {
  try {
    const { plugin } = await loadPlugin(name, root);
    return (await plugin.detect?.({ tree })) ?? { confidence: 0, because: 'it does not detect' };
  } catch (error) {
    return { confidence: 0, because: `it failed: ${toSlyError(error).message}` };
  }
}

export function writeDetection(results: string, detection: Detection): void {
  const file = path.join(results, 'detection.json');
  writeFileSync(`${file}.tmp`, JSON.stringify(detection, null, 2));
  renameSync(`${file}.tmp`, file);
}
