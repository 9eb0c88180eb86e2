/** `sly-task.yaml`: what the person who drops a dataset wants done with it. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { nearest } from '../../lib/nearest.ts';
import { createParser } from '../../lib/schema.ts';
import { parseYaml } from '../../lib/yaml.ts';
import { ConflictPolicySchema } from '../../protocol/task.ts';

export const TaskFileSchema = Type.Object({
  /** Plugin name; absent = routing rules, then detection. */
  plugin: Type.Optional(Type.String({ minLength: 1 })),
  options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** Name of the new project. Default: the name of the source. */
  project: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  conflict: Type.Optional(ConflictPolicySchema),
  /** Higher first. */
  priority: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
  /** What to do with the source after a complete success. Default: keep. */
  after: Type.Optional(Type.Enum(['keep', 'move', 'delete'])),
});
export type TaskFile = Static<typeof TaskFileSchema>;

const KEYS = Object.keys(TaskFileSchema.properties);
const MAX_BYTES = 65_536;
const parser = createParser(TaskFileSchema, 'SLY_TASK_FILE');

/** The text of a task file, or undefined when there is none. Throws SLY_TASK_FILE for anything but a small plain file. */
export async function readTaskFile(file: string): Promise<string | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    // Not blocking: a named pipe of that name must not stop the intake.
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    const detail =
      errno === 'ELOOP' ? 'expected a plain file, got a symbolic link' : `cannot be read (${errno})`;
    throw new SlyError('SLY_TASK_FILE', { detail, cause: error });
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size > MAX_BYTES) {
      throw new SlyError('SLY_TASK_FILE', {
        detail: `expected a plain file of at most ${MAX_BYTES} bytes, got ${stat.isFile() ? `${stat.size} bytes` : 'something else'}`,
      });
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Throws SLY_TASK_FILE naming what is wrong and where. An empty file is a task file without wishes. */
export function parseTaskFile(text: string): TaskFile {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new SlyError('SLY_TASK_FILE', {
      detail: `expected YAML, got ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      hint: 'Check indentation and quotes at the place named.',
      cause,
    });
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new SlyError('SLY_TASK_FILE', {
      detail: `expected "key: value" lines, got ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}`,
      hint: `Known keys: ${KEYS.join(', ')}.`,
    });
  }
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    const near = nearest(unknown, KEYS);
    throw new SlyError('SLY_TASK_FILE', {
      detail: `expected one of ${KEYS.join(', ')}, got ${JSON.stringify(unknown)}`,
      hint: near === undefined ? 'Remove this key.' : `Did you mean ${near}?`,
    });
  }
  // A key without a value is a wish not made.
  const wishes = Object.fromEntries(Object.entries(value).filter(([, wish]) => wish !== null));
  return parser.parse(wishes, 'sly-task.yaml');
}

export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex');
