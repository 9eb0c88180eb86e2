/** Tasks of a file, one at a time: a list of any length, or a file with a single task or annotation. */
import { isRecord } from '../../src/format/problem.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { scanJson } from '../../src/lib/json-array-stream.ts';
import type { SourceFileEntry, SourceTree } from '../../src/plugin-kit/plugin.ts';

export interface Task {
  id: unknown;
  data: Record<string, unknown>;
  fileUpload: string | undefined;
  annotations: Record<string, unknown>[];
  predictions: Record<string, unknown>[];
}

const HEAD_BYTES = 64 << 10;

/** By the beginning; `list` is a list of tasks, `one` a task or an annotation that carries its task. */
export async function kindOfTasks(
  tree: SourceTree,
  { path, size }: SourceFileEntry,
): Promise<'list' | 'one' | undefined> {
  if (!/\.json$/i.test(path) || size === 0) return undefined;
  return kindOfHead((await tree.head(path, HEAD_BYTES)).toString('utf8'));
}

export function kindOfHead(head: string): 'list' | 'one' | undefined {
  const opening = /^\uFEFF?\s*(\[\s*\{|\{)/.exec(head)?.[1];
  if (opening === undefined || !/"result"\s*:\s*\[/.test(head)) return undefined;
  const list = opening.startsWith('[');
  if (/"(?:annotations|completions|predictions)"\s*:\s*\[/.test(head)) return list ? 'list' : 'one';
  return !list && /"task"\s*:\s*\{/.test(head) ? 'one' : undefined;
}

export async function readTasks(
  tree: SourceTree,
  path: string,
  kind: 'list' | 'one',
  how: { signal: AbortSignal; onTask(task: Task | string, index: number): Promise<void> },
): Promise<number> {
  if (kind === 'one') {
    await how.onTask(readTask(parsed(await tree.text(path), path)), 0);
    return 1;
  }
  let count = 0;
  await scanJson(
    tree.locate(path),
    {},
    {
      signal: how.signal,
      shownAs: path,
      onElement: (element, { index }) => {
        count++;
        return how.onTask(readTask(element), index);
      },
    },
  );
  return count;
}

/** A text says why it is none. */
export function readTask(json: unknown): Task | string {
  if (!isRecord(json)) return 'expected a task, got no object';
  // One annotation, as it is put into a bucket: the task is inside.
  if (Array.isArray(json.result) && isRecord(json.task)) {
    return readTask({ ...json.task, result: undefined, annotations: [{ ...json, task: undefined }] });
  }
  const { id, data, file_upload, predictions } = json;
  if (!isRecord(data)) return 'expected an object "data" that names the picture, got none';
  return {
    id,
    data,
    fileUpload: typeof file_upload === 'string' ? file_upload : undefined,
    annotations: records(json.annotations ?? json.completions),
    predictions: records(predictions),
  };
}

/** Lists of ids, as in short exports, are no annotations. */
function records(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? (list as unknown[]).filter(isRecord) : [];
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw new SlyError('SLY_FORMAT_JSON', { detail: (error as Error).message, file, cause: error });
  }
}
