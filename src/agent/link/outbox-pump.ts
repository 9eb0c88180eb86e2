/**
 * Sends what the outbox holds, in order, a bounded number ahead of the acknowledgements.
 * Invariants: nothing leaves the outbox before the platform acknowledged it; within a session no event is
 * sent twice; in a new session sending begins behind the platform's `ackSeq`.
 */
import type { Logger } from '../../lib/log.ts';
import { encodeMessage } from '../../protocol/frames.ts';
import { type AgentEvent, type AgentMessage, MAX_FRAME_BYTES } from '../../protocol/link.ts';
import type { Outbox } from '../journal/outbox.ts';

export interface OutboxPump {
  begin(ackSeq: number): void;
  notify(): void;
  acknowledged(seq: number): void;
  end(): void;
}

export interface OutboxPumpDeps {
  outbox: Pick<Outbox, 'after' | 'acknowledge'>;
  send(message: AgentMessage): void;
  /** Each event that is sent, in order. */
  onSent(event: AgentEvent): void;
  log: Logger;
}

const WINDOW = 64;
const LONGEST_TEXT = 10_000;

export function createOutboxPump({ outbox, send, onSent, log }: OutboxPumpDeps): OutboxPump {
  let isOn = false;
  let sent = 0;
  let inFlight: number[] = [];

  function pump(): void {
    if (!isOn) return;
    const room = WINDOW - inFlight.length;
    // Half a window at a time: one query serves many events.
    if (room < WINDOW / 2) return;
    const batch = outbox.after(sent, room);
    for (const { seq, event } of batch) {
      sent = seq;
      inFlight.push(seq);
      send({ type: 'event', seq, event: fitting(event, seq) });
    }
    // Not in between: events that arrive in one piece share one commit on the platform.
    for (const { event } of batch) onSent(event);
  }

  /** An event that does not fit into a frame would hold up all others for ever: its texts are cut. */
  function fitting(event: AgentEvent, seq: number): AgentEvent {
    if (Buffer.byteLength(encodeMessage({ type: 'event', seq, event })) <= MAX_FRAME_BYTES) return event;
    log.error({ seq, type: event.type }, 'event too large, its texts are cut');
    return JSON.parse(
      JSON.stringify(event, (_key, value: unknown) =>
        typeof value === 'string' && value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value,
      ),
    ) as AgentEvent;
  }

  return {
    begin(ackSeq) {
      outbox.acknowledge(ackSeq);
      sent = ackSeq;
      inFlight = [];
      isOn = true;
      pump();
    },
    notify: pump,
    acknowledged(seq) {
      outbox.acknowledge(seq);
      inFlight = inFlight.filter((one) => one > seq);
      pump();
    },
    end() {
      isOn = false;
    },
  };
}
