import { constants } from 'node:os';

/** 0 for a name this system does not have. */
export function signalNumber(name: NodeJS.Signals | null): number {
  return name === null ? 0 : (constants.signals[name] ?? 0);
}
