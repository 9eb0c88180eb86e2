/** What the program exits with. The systemd unit and scripts rely on these; docs/reference/cli.md lists them. */
export const EXIT_CODES = {
  0: 'done',
  1: 'something unexpected went wrong',
  2: 'the command line was not understood',
  3: 'the configuration, the data folder or the token is wrong: starting again will not help',
  4: 'the daemon does not answer',
  5: 'the task failed',
  6: 'the task was canceled',
  130: 'interrupted',
} as const;

export const EXIT_TASK_FAILED = 5;
export const EXIT_TASK_CANCELED = 6;
