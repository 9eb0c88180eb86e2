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

/** The verb of an aborted signal, or undefined when it was not stopped on purpose. */
export function stopVerb(signal: AbortSignal): StopVerb | undefined {
  return signal.aborted && signal.reason instanceof StopReason ? signal.reason.verb : undefined;
}
