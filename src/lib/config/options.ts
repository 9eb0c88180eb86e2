/**
 * Every setting of the program, as data. From this table come types, validation, environment names,
 * `--help`, the example file, the JSON Schema and the reference page.
 */
export type OptionKind = 'text' | 'path' | 'integer' | 'number' | 'flag' | 'choice' | 'list';

export interface OptionSpec {
  kind: OptionKind;
  env: string;
  /** Names the earlier agent used for the same thing. */
  oldEnv?: readonly string[];
  /** Undefined = not set. */
  default: string | number | boolean | readonly string[] | undefined;
  choices?: readonly string[];
  min?: number;
  max?: number;
  /** One sentence for help and reference. */
  help: string;
  secret?: boolean;
}

export const OPTIONS = {
  data: {
    kind: 'path',
    env: 'SLY_DATA',
    oldEnv: ['AGENT_HOST_DIR'],
    default: './data',
    help: 'Folder for everything this program keeps.',
  },
  listen: {
    kind: 'text',
    env: 'SLY_LISTEN',
    default: '127.0.0.1:7575',
    help: 'Address of the embedded platform, host:port. Anything but loopback is reachable by others: put TLS in front.',
  },
  public_url: {
    kind: 'text',
    env: 'SLY_PUBLIC_URL',
    default: undefined,
    help: 'Address people use in the browser, when it differs from listen (reverse proxy, container port).',
  },
  name: {
    kind: 'text',
    env: 'SLY_NAME',
    oldEnv: ['AGENT_NAME'],
    default: undefined,
    help: 'Name of this agent on the platform. Default: the host name.',
  },
  log_level: {
    kind: 'choice',
    env: 'SLY_LOG_LEVEL',
    default: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error'],
    help: 'Least severe log line that is written.',
  },
  log_format: {
    kind: 'choice',
    env: 'SLY_LOG_FORMAT',
    default: 'auto',
    choices: ['auto', 'json', 'text'],
    help: 'json lines, readable text, or text on a terminal and json otherwise (auto).',
  },

  platform_url: {
    kind: 'text',
    env: 'SLY_PLATFORM_URL',
    oldEnv: ['SERVER_ADDRESS'],
    default: undefined,
    help: 'Platform to serve. Not set: the embedded platform runs in this process (standalone).',
  },
  token: {
    kind: 'text',
    env: 'SLY_TOKEN',
    oldEnv: ['ACCESS_TOKEN'],
    default: undefined,
    secret: true,
    help: 'Agent token of that platform. Better: token_file.',
  },
  token_file: {
    kind: 'path',
    env: 'SLY_TOKEN_FILE',
    default: undefined,
    help: 'File with the agent token (mode 0600), or a systemd credential.',
  },
  registration_code: {
    kind: 'text',
    env: 'SLY_REGISTRATION_CODE',
    default: undefined,
    secret: true,
    help: 'One-time code of an admin of that platform, exchanged at the first start for a token that is kept in the data folder.',
  },
  ca_file: {
    kind: 'path',
    env: 'SLY_CA_FILE',
    oldEnv: ['SSL_CERT_FILE_AGENT'],
    default: undefined,
    help: 'PEM file of an own certificate authority for the platform.',
  },
  allow_plain_http: {
    kind: 'flag',
    env: 'SLY_ALLOW_PLAIN_HTTP',
    default: false,
    help: 'Allow http:// and ws:// to a platform that is not on this machine. The token then travels in the clear.',
  },

  upload_folder: {
    kind: 'path',
    env: 'SLY_UPLOAD_FOLDER',
    default: undefined,
    help: 'The watched folder. Default: upload inside the data folder.',
  },
  settle_seconds: {
    kind: 'integer',
    env: 'SLY_SETTLE_SECONDS',
    default: 5,
    min: 1,
    help: 'A dropped dataset is imported when none of its files changed for so long.',
  },
  scan_seconds: {
    kind: 'integer',
    env: 'SLY_SCAN_SECONDS',
    default: 20,
    min: 1,
    help: 'Time between two complete looks at the upload folder; lost events are made up for within it.',
  },

  runner: {
    kind: 'choice',
    env: 'SLY_RUNNER',
    default: 'auto',
    choices: ['auto', 'docker', 'sandbox'],
    help: 'Where plugins run. auto: Docker when an engine and the plugin image are there, else the sandbox. docker never falls back.',
  },
  docker_socket: {
    kind: 'path',
    env: 'SLY_DOCKER_SOCKET',
    default: '/var/run/docker.sock',
    help: 'Unix socket of the Docker engine.',
  },
  plugin_image: {
    kind: 'text',
    env: 'SLY_PLUGIN_IMAGE',
    default: undefined,
    help: 'Image of the built-in plugins. Default: sly-agent/plugins with the version of this program.',
  },
  plugins_folder: {
    kind: 'path',
    env: 'SLY_PLUGINS_FOLDER',
    default: undefined,
    help: 'Folder with more plugins, one folder each with a plugin.json. Default: plugins inside the data folder.',
  },
  scripts_folder: {
    kind: 'path',
    env: 'SLY_SCRIPTS_FOLDER',
    default: undefined,
    help: 'Folder with Python scripts that run as plugins. Default: scripts inside the data folder.',
  },
  script_image: {
    kind: 'text',
    env: 'SLY_SCRIPT_IMAGE',
    default: undefined,
    help: 'Image scripts run in. Default: sly-agent/python with the version of this program; an own one is built on it.',
  },
  script_network: {
    kind: 'choice',
    env: 'SLY_SCRIPT_NETWORK',
    default: 'platform',
    choices: ['none', 'platform'],
    help: 'What scripts may ask for. platform: one that asks may call the HTTP API of the platform about its project, and nothing else; none: scripts that ask are left out. The platform cannot widen this.',
  },
  allowed_images: {
    kind: 'list',
    env: 'SLY_ALLOWED_IMAGES',
    default: [],
    help: 'Images (globs) that may run besides the built-in one. The platform cannot widen this.',
  },
  pull: {
    kind: 'choice',
    env: 'SLY_PULL',
    oldEnv: ['PULL_POLICY'],
    default: 'if-missing',
    choices: ['never', 'if-missing'],
    help: 'Whether a missing image is pulled from its registry.',
  },
  slots: { kind: 'integer', env: 'SLY_SLOTS', default: 2, min: 1, max: 64, help: 'Tasks that run at once.' },
  memory_mb: {
    kind: 'integer',
    env: 'SLY_MEMORY_MB',
    default: 4096,
    min: 64,
    help: 'Most memory one plugin may use, swap included.',
  },
  cpus: {
    kind: 'number',
    env: 'SLY_CPUS',
    oldEnv: ['CPU_LIMIT'],
    default: 2,
    min: 0.1,
    help: 'Most processors one plugin may use.',
  },
  pids: {
    kind: 'integer',
    env: 'SLY_PIDS',
    default: 256,
    min: 16,
    help: 'Most processes and threads of one plugin.',
  },
  tmp_mb: {
    kind: 'integer',
    env: 'SLY_TMP_MB',
    default: 256,
    min: 1,
    help: 'Size of /tmp inside a plugin (counts as its memory).',
  },
  file_mb: {
    kind: 'integer',
    env: 'SLY_FILE_MB',
    default: 65536,
    min: 1,
    help: 'Largest single file a plugin may write.',
  },
  output_mb: {
    kind: 'integer',
    env: 'SLY_OUTPUT_MB',
    default: 262144,
    min: 1,
    help: 'Most a plugin may write in all.',
  },
  wall_seconds: {
    kind: 'integer',
    env: 'SLY_WALL_SECONDS',
    default: 86_400,
    min: 1,
    help: 'Longest run of a plugin.',
  },
  idle_seconds: {
    kind: 'integer',
    env: 'SLY_IDLE_SECONDS',
    default: 1800,
    min: 1,
    help: 'Longest silence of a plugin.',
  },
  stop_grace_seconds: {
    kind: 'integer',
    env: 'SLY_STOP_GRACE_SECONDS',
    default: 10,
    min: 0,
    help: 'Time between asking a plugin to end and ending it.',
  },

  link_allow: {
    kind: 'list',
    env: 'SLY_LINK_ALLOW',
    default: [],
    help: 'Hosts (nas.local, *.lab.example) and networks (10.1.0.0/16) that imported links may lead to although they are not public.',
  },
  link_parallel: {
    kind: 'integer',
    env: 'SLY_LINK_PARALLEL',
    default: 32,
    min: 1,
    max: 256,
    help: 'Links looked at at once when links are imported.',
  },

  drain_seconds: {
    kind: 'integer',
    env: 'SLY_DRAIN_SECONDS',
    default: 20,
    min: 0,
    help: 'At a stop, running tasks may finish for so long; then they are let go and found again at the next start.',
  },
  disk_reserve_mb: {
    kind: 'integer',
    env: 'SLY_DISK_RESERVE_MB',
    default: 512,
    min: 0,
    help: 'No task starts while less than this is free on the disk of the data folder.',
  },
  keep_days: {
    kind: 'integer',
    env: 'SLY_KEEP_DAYS',
    default: 30,
    min: 1,
    help: 'Logs and reports of ended tasks are kept so long on the agent.',
  },
  archive_days: {
    kind: 'integer',
    env: 'SLY_ARCHIVE_DAYS',
    default: 30,
    min: 1,
    max: 3650,
    help: 'Archives that exports made can be downloaded from the embedded platform for so long; then they are removed.',
  },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof OPTIONS;

/** Things that only make sense in the file. */
export interface RoutingRule {
  /** Glob on the source's path below the upload folder. */
  match: string;
  plugin?: string;
  project?: string;
  options?: Record<string, unknown>;
}

type Widen<T> = T extends readonly unknown[]
  ? readonly string[]
  : T extends string
    ? string
    : T extends number
      ? number
      : T extends boolean
        ? boolean
        : never;

type ChoiceOf<S> = S extends { choices: readonly (infer C)[] } ? C : never;

type ValueOf<S extends OptionSpec> = S['kind'] extends 'choice'
  ? ChoiceOf<S>
  : S['default'] extends undefined
    ? string | undefined
    : Widen<Exclude<S['default'], undefined>>;

export type Config = { readonly [K in OptionName]: ValueOf<(typeof OPTIONS)[K]> } & {
  readonly routes: readonly RoutingRule[];
};

export type Origin = 'flag' | 'env' | 'file' | 'default';
