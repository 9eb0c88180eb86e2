import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on stdout with fixed keys: level, time, component, msg, and the ids of what it is about. */
export function createLogger(level: LogLevel = 'info', destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // A token may reach a log only through one of these keys; it never leaves the process readable.
    redact: {
      paths: ['token', '*.token', 'headers.authorization', 'headers["x-api-key"]'],
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Where pino writes when it is told nothing else: the standard output, line by line. */
export const logOutput = (): DestinationStream => pino.destination(1);

/** For tests and for parts that are given no log. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
