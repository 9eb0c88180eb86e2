/** Files a script keeps with its task. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex, hexToBase64 } from '../../../lib/hash.ts';
import { createParser } from '../../../lib/schema.ts';
import type { TaskFileRow } from '../../store/repositories/team-files.ts';
import type { ApiDeps } from '../api-deps.ts';
import { mimeByName } from '../entities/team-file.ts';
import { found } from '../found.ts';
import { receiveFiles } from '../http/receive-files.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';
import { hashesOf } from '../items/new-items.ts';
import {
  Count,
  endpoint,
  given,
  Hash,
  Id,
  type MethodTable,
  Multipart,
  maybe,
  orNull,
  Time,
} from '../method.ts';
import { teamFilePath } from '../team-files/team-path.ts';

const MOST_LISTED = 1000;
const FilePath = Type.String({ minLength: 1, maxLength: 4200 });
const TaskFile = Type.Object({ path: Type.String(), hash: Hash, size: Count, createdAt: Time });
const Stored = Type.Array(TaskFile);
const announced = createParser(Type.Object({ fullpath: FilePath, hash: maybe(Hash) }));

export function taskFileMethods(deps: ApiDeps): MethodTable {
  const { blobs, stores, tasks } = deps;
  const { taskData } = stores;

  async function keep(taskId: number, files: readonly { path: string; sha256: string }[]) {
    found(await tasks.get({ id: taskId }), `Task with id: ${taskId}`);
    await taskData.putFiles(taskId, files);
    const rows = await Promise.all(files.map(({ path }) => taskData.file(taskId, path)));
    return rows.map((row, at) => taskFile(found(row, `File ${files[at]?.path}`)));
  }

  return {
    'tasks.files.bulk.upload': endpoint(
      {
        about: 'Keeps files with a task: pairs of `i` (JSON with `fullpath`, `hash`) and `i-file`.',
        needs: 'manage',
        of: ({ taskId }) => ({ tasks: given(taskId) }),
        request: Multipart({ taskId: maybe(Id) }),
        response: Stored,
      },
      async ({ taskId }, { request }) => {
        if (taskId == null)
          throw new SlyError('SLY_USAGE', { detail: 'expected taskId or the header x-task-id, got neither' });
        const files: { path: string; hash: string | null | undefined }[] = [];
        const said = new Map<string, string>();
        const received = await receiveFiles(blobs, request, {
          field: (name, value) => void said.set(name, value),
          file(name) {
            const text = said.get(name.replace(/-file$/, ''));
            if (text === undefined)
              throw new SlyError('SLY_BAD_MESSAGE', {
                detail: `${name}: expected the part that tells about it before`,
              });
            said.clear();
            const { fullpath, hash } = announced.parse(json(text, name), name);
            files.push({ path: teamFilePath(fullpath), hash });
          },
        });
        const stored = received.map((one, at) => {
          const { path = '', hash } = files[at] ?? {};
          if ('errors' in one)
            throw new SlyError('SLY_BAD_MESSAGE', { detail: `${path}: ${one.errors[0]?.message}` });
          if (hash != null && hash !== one.hash)
            throw new SlyError('SLY_BAD_MESSAGE', {
              detail: `${path}: expected the hash ${hash}, got ${one.hash}`,
            });
          return { path, sha256: base64ToHex(one.hash) };
        });
        return keep(taskId, stored);
      },
    ),

    'tasks.files.bulk.add-by-hash': endpoint(
      {
        about: 'Keeps stored bytes as files of a task.',
        needs: 'manage',
        of: ({ taskId, files }) => ({ tasks: [taskId], hashes: hashesOf(files) }),
        request: Type.Object({
          taskId: Id,
          files: Type.Array(Type.Object({ name: FilePath, hash: Hash }), { maxItems: 10_000 }),
        }),
        response: Stored,
      },
      async ({ taskId, files }) => {
        const wanted = files.map(({ name, hash }) => ({
          path: teamFilePath(name),
          sha256: base64ToHex(hash),
        }));
        // Makes the row of a blob that a crash left without one.
        await blobs.missing(wanted.map((one) => one.sha256));
        return keep(taskId, wanted);
      },
    ),

    'tasks.files.list': endpoint(
      {
        about: 'Files of a task, by path; `after` is the `next` of the page before.',
        needs: 'view',
        of: ({ taskId }) => ({ tasks: [taskId] }),
        request: Type.Object({ taskId: Id, after: maybe(Type.String({ maxLength: 4200 })) }),
        response: Type.Object({ entities: Stored, next: orNull(Type.String()) }),
      },
      async ({ taskId, after }) => {
        const rows = await taskData.files(taskId, { after: after ?? '', limit: MOST_LISTED });
        const next = rows.length < MOST_LISTED ? null : (rows.at(-1)?.path ?? null);
        return { entities: rows.map(taskFile), next };
      },
    ),

    'tasks.files.download': endpoint(
      {
        about: 'The bytes of one file of a task, or a range of them.',
        needs: 'view',
        of: ({ taskId }) => ({ tasks: [taskId] }),
        request: Type.Object({ taskId: Id, path: FilePath }),
        response: 'bytes',
      },
      async ({ taskId, path }, { request, reply }) => {
        const row = found(await taskData.file(taskId, teamFilePath(path)), `File ${path} of task ${taskId}`);
        const name = row.path.slice(row.path.lastIndexOf('/') + 1);
        const { sha256, size } = row;
        const blob = { sha256, size, mime: mimeByName(name), disposition: disposition('attachment', name) };
        return sendBlob(blobs, blob, request, reply);
      },
    ),
  };
}

function taskFile({ sha256, ...row }: TaskFileRow) {
  return { ...row, hash: hexToBase64(sha256) };
}

function json(text: string, part: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SlyError('SLY_BAD_MESSAGE', { detail: `${part}: expected JSON before it`, cause });
  }
}
