/**
 * Every error this project raises on purpose, by code. A code is never reused for another meaning.
 * `retryable`: the same call may succeed later. `permanent`: it will not, until a person changes something.
 * `fatal`: the process must stop. `exit` is what the command line exits with when this error ends it.
 */
export type ErrorKind = 'retryable' | 'permanent' | 'fatal';

interface ErrorCode {
  readonly kind: ErrorKind;
  readonly title: string;
  readonly exit?: number;
}

export const ERROR_CODES = {
  // general
  SLY_INTERNAL: { kind: 'permanent', title: 'Something unexpected went wrong inside sly-agent', exit: 1 },
  SLY_USAGE: { kind: 'permanent', title: 'The command was not understood', exit: 2 },
  SLY_CONFIG: { kind: 'fatal', title: 'The configuration is not valid', exit: 3 },
  SLY_ABORTED: { kind: 'permanent', title: 'The work was stopped on request', exit: 6 },
  SLY_TIMEOUT: { kind: 'retryable', title: 'It took longer than allowed' },
  SLY_NOT_FOUND: { kind: 'permanent', title: 'There is no such thing' },
  SLY_PATH_ESCAPES: { kind: 'permanent', title: 'A path leads out of the folder it belongs to' },
  SLY_BAD_MESSAGE: { kind: 'permanent', title: 'A message does not have the agreed shape' },

  // daemon
  SLY_DAEMON_DOWN: { kind: 'retryable', title: 'The sly-agent daemon does not answer', exit: 4 },
  SLY_ALREADY_RUNNING: { kind: 'fatal', title: 'Another sly-agent uses this data folder', exit: 3 },
  SLY_LISTEN: { kind: 'fatal', title: 'The address cannot be listened on', exit: 3 },

  // journal
  SLY_JOURNAL_NEWER: { kind: 'fatal', title: 'The journal was written by a newer sly-agent', exit: 3 },
  SLY_JOURNAL_BROKEN: { kind: 'fatal', title: 'The journal cannot be opened', exit: 3 },
  SLY_TASK_MOVE: { kind: 'permanent', title: 'A task cannot move between these states' },
  SLY_TASK_UNKNOWN: { kind: 'permanent', title: 'There is no such task' },

  // platform
  SLY_DATABASE_NEWER: {
    kind: 'fatal',
    title: 'The platform database was written by a newer sly-agent',
    exit: 3,
  },
  SLY_DATABASE_BROKEN: { kind: 'fatal', title: 'The platform database cannot be opened', exit: 3 },
  SLY_NOT_UNIQUE: { kind: 'permanent', title: 'The name is already taken' },
  SLY_FORBIDDEN: { kind: 'permanent', title: 'This is not allowed' },
  SLY_TOO_LARGE: { kind: 'permanent', title: 'The request is larger than allowed' },
  SLY_TOO_MANY: { kind: 'retryable', title: 'Too many requests' },

  // link and platform
  SLY_PLATFORM_UNREACHABLE: { kind: 'retryable', title: 'The platform cannot be reached' },
  SLY_PLATFORM_REFUSED: { kind: 'permanent', title: 'The platform refused the request' },
  SLY_UNAUTHORIZED: { kind: 'permanent', title: 'The token is missing, wrong or revoked', exit: 3 },
  SLY_LEASE_LOST: { kind: 'permanent', title: 'The task was given to another attempt' },
  SLY_HASH_MISMATCH: { kind: 'retryable', title: 'The bytes do not have the announced hash' },
  SLY_UPLOAD_OFFSET: { kind: 'retryable', title: 'The upload goes on from another place' },
  SLY_UPLOAD_BUSY: { kind: 'retryable', title: 'Another request is sending to this upload' },

  // disk
  SLY_DISK_FULL: { kind: 'retryable', title: 'There is not enough room on the disk' },

  // intake
  SLY_SOURCE_EMPTY: { kind: 'permanent', title: 'The source has no files' },
  SLY_SOURCE_CHANGED: { kind: 'retryable', title: 'A file changed while it was being read' },
  SLY_SOURCE_GONE: { kind: 'permanent', title: 'The source is no longer there' },
  SLY_SOURCE_UNREADABLE: { kind: 'permanent', title: 'Plugins are not allowed to read the source' },
  SLY_ARCHIVE_BAD: { kind: 'permanent', title: 'The archive cannot be read' },
  SLY_ARCHIVE_DANGER: { kind: 'permanent', title: 'The archive holds an entry that is not allowed' },
  SLY_ARCHIVE_LIMIT: { kind: 'permanent', title: 'The archive is larger than allowed' },
  SLY_FORMAT_UNKNOWN: { kind: 'permanent', title: 'No known format fits these files' },
  SLY_FORMAT_AMBIGUOUS: { kind: 'permanent', title: 'More than one format fits these files' },
  SLY_TASK_FILE: { kind: 'permanent', title: 'The sly-task.yaml is not valid' },

  // plugins
  SLY_PLUGIN_UNKNOWN: { kind: 'permanent', title: 'There is no such plugin' },
  SLY_PLUGIN_MANIFEST: { kind: 'permanent', title: 'The plugin manifest is not valid' },
  SLY_PLUGIN_OPTIONS: { kind: 'permanent', title: 'The plugin options are not valid' },
  SLY_PLUGIN_EXIT: { kind: 'permanent', title: 'The plugin ended with an error' },
  SLY_PLUGIN_OOM: { kind: 'permanent', title: 'The plugin needed more memory than it may use' },
  SLY_PLUGIN_WALL: { kind: 'permanent', title: 'The plugin ran longer than it may' },
  SLY_PLUGIN_IDLE: { kind: 'permanent', title: 'The plugin showed no sign of life for too long' },
  SLY_PLUGIN_OUTPUT: { kind: 'permanent', title: 'The plugin wrote something that cannot be published' },
  SLY_PLUGIN_OUTPUT_LIMIT: { kind: 'permanent', title: 'The plugin wrote more than it may' },
  SLY_PLUGIN_LOST: { kind: 'retryable', title: 'The plugin disappeared while it ran' },
  SLY_RUNNER_UNAVAILABLE: { kind: 'retryable', title: 'Nothing here can run a plugin' },
  SLY_IMAGE_MISSING: { kind: 'permanent', title: 'The plugin image is not on this machine' },
  SLY_IMAGE_NOT_ALLOWED: { kind: 'permanent', title: 'The plugin image is not on the allow-list' },
  SLY_PUBLISH_NOTHING: { kind: 'permanent', title: 'No item could be imported' },

  // format
  SLY_FORMAT_JSON: { kind: 'permanent', title: 'The file is not valid JSON' },
  SLY_FORMAT_INVALID: { kind: 'permanent', title: 'The file does not follow its format' },
  SLY_FILE_UNUSED: { kind: 'permanent', title: 'The format has no use for the file' },
  SLY_FILE_TASK: { kind: 'permanent', title: 'The file says how to import, it is not part of the dataset' },
  SLY_FILE_JUNK: { kind: 'permanent', title: 'A desktop or tool left the file there' },
  SLY_FILE_TEMP: { kind: 'permanent', title: 'The file looks unfinished or like a backup' },
  SLY_FILE_HIDDEN: { kind: 'permanent', title: 'The name begins with a dot' },
  SLY_FILE_LINK: { kind: 'permanent', title: 'Links are never followed' },
  SLY_FILE_SPECIAL: { kind: 'permanent', title: 'It is a device, pipe or socket, not a file' },
  SLY_FILE_NAME: { kind: 'permanent', title: 'The name cannot be used' },
  SLY_FILE_UNREADABLE: { kind: 'permanent', title: 'Plugins are not allowed to read the file' },
  SLY_FILE_COLLISION: { kind: 'permanent', title: 'Another entry of the archive has the same name' },
  SLY_PUBLISH_CONFLICT: {
    kind: 'permanent',
    title: 'The item was stored otherwise than asked, or not at all',
  },
  SLY_IMAGE_UNREADABLE: { kind: 'permanent', title: 'The file is not a picture that can be read' },
} as const satisfies Record<string, ErrorCode>;

export type ErrorCodeName = keyof typeof ERROR_CODES;
