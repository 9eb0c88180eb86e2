/** Why an attempt is interrupted; carried as the abort reason, compared by class and never by text. */
export type StopVerb = 'cancel' | 'abandon' | 'detach';

export class StopReason extends Error {
  override readonly name = 'StopReason';
  readonly verb: StopVerb;

  constructor(verb: StopVerb, text: string) {
    super(text);
    this.verb = verb;
  }
}

/** The same signal, deaf to a cancel: for work past its point of no return. */
export function withoutCancel(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const pass = (): void => {
    if (stopVerb(signal) !== 'cancel') controller.abort(signal.reason);
  };
  if (signal.aborted) pass();
  else signal.addEventListener('abort', pass, { once: true });
  return controller.signal;
}

/** The verb of an aborted signal, or undefined when it was not stopped on purpose. */
export function stopVerb(signal: AbortSignal): StopVerb | undefined {
  return signal.aborted && signal.reason instanceof StopReason ? signal.reason.verb : undefined;
}
