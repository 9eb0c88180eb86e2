/**
 * Sends task logs by offset: a window of pieces ahead of the answers, back to where the platform wants it
 * after a gap.
 * Invariants: each piece gets exactly one answer (`logAck` or `problem`), so a lane whose pieces are all
 * answered knows where the platform stands; at most WINDOW pieces of one log and TOTAL of all are
 * unanswered. A lane ends when its log is all there and the attempt is not held any more.
 */
import { type AgentMessage, LOG_CHUNK_BYTES } from '../../protocol/link.ts';
import { type LinkHandlers, type Ref, refId } from './link-handlers.ts';

export interface LogLane {
  /** A session began; `known` are the offsets the platform told. */
  begin(known: readonly (Ref & { logOffset: number })[]): void;
  grew(ref: Ref): void;
  /** Lines of this log have not reached the platform, as far as is known. */
  isOpen(ref: Ref): boolean;
  acknowledged(ref: Ref, offset: number): void;
  /** The platform did not take a piece; without `again` the log is given up. */
  refused(id: string, again: boolean): void;
  end(): void;
}

export interface LogLaneDeps {
  handlers: Pick<LinkHandlers, 'log' | 'held'>;
  send(message: AgentMessage): void;
  retryMs: number;
}

interface Lane {
  ref: Ref;
  /** Where the next piece begins; undefined until the platform said what it has. */
  next: number | undefined;
  /** Where each unanswered piece ends, in order. */
  ends: number[];
  /** A piece was not taken: nothing more is sent until all are answered, then from where the platform wants. */
  isBehind: boolean;
}

const WINDOW = 4;
const TOTAL = 16;

export function createLogLane({ handlers, send, retryMs }: LogLaneDeps): LogLane {
  const lanes = new Map<string, Lane>();
  let isOn = false;
  /** Pieces of all lanes without an answer. */
  let unanswered = 0;
  /** A lane had to wait for its turn among the others. */
  let isCrowded = false;
  let retry: NodeJS.Timeout | undefined;

  function pumpAll(): void {
    isCrowded = false;
    for (const lane of lanes.values()) pump(lane);
  }

  function pump(lane: Lane): void {
    if (!isOn || lane.isBehind) return;
    if (unanswered >= TOTAL) {
      isCrowded = true;
      return;
    }
    const log = handlers.log(lane.ref);
    if (log === undefined) {
      lanes.delete(refId(lane.ref));
      return;
    }
    const size = log.size();
    if (lane.next === undefined) {
      // An empty piece asks what the platform has.
      if (lane.ends.length === 0) piece(lane, size, '');
      return;
    }
    while (lane.ends.length < WINDOW && lane.next < size) {
      if (unanswered >= TOTAL) {
        isCrowded = true;
        return;
      }
      const text = log.read(lane.next, LOG_CHUNK_BYTES);
      if (text === '') return;
      for (const part of cut(text, LOG_CHUNK_BYTES)) {
        piece(lane, lane.next, part);
        lane.next += Buffer.byteLength(part);
      }
    }
  }

  function piece(lane: Lane, offset: number, text: string): void {
    unanswered++;
    lane.ends.push(offset + Buffer.byteLength(text));
    send({ type: 'log', key: lane.ref.key, attempt: lane.ref.attempt, offset, text });
  }

  function open(ref: Ref): Lane {
    const id = refId(ref);
    const known = lanes.get(id);
    if (known !== undefined) return known;
    // An attempt may end after the last answer its log got: nothing else ends its lane then.
    for (const [other, lane] of lanes) if (isDone(lane)) lanes.delete(other);
    const lane: Lane = {
      ref: { key: ref.key, attempt: ref.attempt },
      next: undefined,
      ends: [],
      isBehind: false,
    };
    lanes.set(id, lane);
    return lane;
  }

  function isDone(lane: Lane): boolean {
    if (lane.ends.length > 0 || lane.next === undefined) return false;
    if (lane.next < (handlers.log(lane.ref)?.size() ?? 0)) return false;
    return !handlers.held().some((one) => refId(one) === refId(lane.ref));
  }

  return {
    begin(known) {
      isOn = true;
      unanswered = 0;
      for (const lane of lanes.values()) Object.assign(lane, { next: undefined, ends: [], isBehind: false });
      for (const { logOffset, ...ref } of known) open(ref).next = logOffset;
      pumpAll();
    },
    grew: (ref) => pump(open(ref)),
    isOpen(ref) {
      const lane = lanes.get(refId(ref));
      if (lane === undefined) return false;
      return lane.ends.length > 0 || lane.next === undefined || lane.next < (handlers.log(ref)?.size() ?? 0);
    },
    acknowledged(ref, offset) {
      const id = refId(ref);
      const lane = lanes.get(id);
      unanswered = Math.max(0, unanswered - 1);
      if (lane !== undefined) {
        const end = lane.ends.shift() ?? offset;
        if (lane.ends.length === 0) {
          lane.next = offset;
          lane.isBehind = false;
        } else if (offset < end) lane.isBehind = true;
        else if (lane.next === undefined || offset > lane.next) lane.next = offset;
        // To the end of the row: whoever waits for a place is served before it.
        lanes.delete(id);
        if (!isDone(lane)) lanes.set(id, lane);
      }
      if (isCrowded) pumpAll();
      else if (lane !== undefined && lanes.has(id)) pump(lane);
    },
    refused(id, again) {
      const lane = lanes.get(id);
      unanswered = Math.max(0, unanswered - 1);
      if (lane === undefined) return;
      lane.ends.shift();
      if (!again) lanes.delete(id);
      // Held back until the timer below: asking again at once would get the same answer.
      lane.next = undefined;
      lane.isBehind = true;
      retry ??= setTimeout(() => {
        retry = undefined;
        for (const one of lanes.values()) if (one.ends.length === 0) one.isBehind = false;
        pumpAll();
      }, retryMs).unref();
    },
    end() {
      isOn = false;
      clearTimeout(retry);
      retry = undefined;
    },
  };
}

/** Pieces of at most `maxBytes`, cut between characters; nearly always one. */
function* cut(text: string, maxBytes: number): Generator<string> {
  if (Buffer.byteLength(text) <= maxBytes) {
    yield text;
    return;
  }
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(bytes.length, start + maxBytes);
    // A UTF-8 continuation byte is not the start of a character.
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    yield bytes.toString('utf8', start, end);
    start = end;
  }
}
