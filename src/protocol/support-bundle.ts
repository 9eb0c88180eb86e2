/** What a support bundle holds and what it does not, so that both can be said before it is made. */
export const SUPPORT_FILES = [
  {
    file: 'version.json',
    about: 'Versions of the agent, of Node and of the system; how long it has been running.',
  },
  { file: 'configuration.json', about: 'Every setting with where its value comes from.' },
  { file: 'doctor.json', about: 'What the doctor finds, looked at anew.' },
  {
    file: 'machine.json',
    about: 'Room, memory, load, clock, graphics cards, and what separates plugins from it.',
  },
  {
    file: 'tasks.json',
    about:
      'How many tasks are in which state; of the last failures code, plugin and time; of the last reports the counts.',
  },
  { file: 'log.ndjson', about: "The last lines of the agent's own log: messages, numbers and error codes." },
] as const;

export const NOT_IN_SUPPORT =
  'Not in it: tokens, passwords, names of imported files, projects and tasks, what plugins printed, any data. What stands in the settings is in it, paths and rules too.';

/** Largest archive the platform takes. */
export const MAX_SUPPORT_BYTES = 2 << 20;
