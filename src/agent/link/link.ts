/**
 * The link to the platform. Owns the loop of connecting, being online and waiting, and what is told about it.
 * Invariants: at most one connection at a time; every end that is not fatal leads to another try; a fatal one
 * is said once, and everything but the link goes on.
 */
import { backoffDelay } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { toSlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { AgentEvent } from '../../protocol/link.ts';
import type { Progress } from '../../protocol/task.ts';
import type { Outbox } from '../journal/outbox.ts';
import { connect, LinkRefusal, linkAddress } from './connect.ts';
import type { LinkHandlers, Ref } from './link-handlers.ts';
import { type LinkSession, startLinkSession } from './link-session.ts';
import { createLogLane } from './log-lane.ts';
import { createOutboxPump } from './outbox-pump.ts';
import { createProgressLane } from './progress-lane.ts';
import { DEFAULT_TIMINGS, type LinkTimings } from './timings.ts';

export interface LinkOptions {
  /** Origin of the platform, for example `https://platform.example`. */
  url: string;
  /** A function is asked before each try, so that a token that was changed on disk is used. */
  token: string | (() => string);
  /** PEM file of an own certificate authority. */
  caFile?: string;
  /** Allows `http://` to a host that is not this machine. */
  allowPlain?: boolean;
  agentName: string;
  version: string;
  /** New at every start of the process. */
  instanceId: string;
  journalId: string;
  outbox: Pick<Outbox, 'after' | 'acknowledge' | 'lastSeq' | 'size'>;
  handlers: LinkHandlers;
  clock: Clock;
  log: Logger;
  timings?: Partial<LinkTimings>;
}

export interface LinkStatus {
  status: 'connecting' | 'online' | 'waiting' | 'refused' | 'stopped';
  /** Times in ms since 1970. */
  since: number;
  lastFrameAt: number | null;
  nextTryAt: number | null;
  /** Why it is not online, or why it was not the last time. */
  reason: string | null;
  /** Of the last heartbeat that was answered: how far the platform's clock is ahead, and how long it took. */
  clock: { skewMs: number; roundTripMs: number } | null;
}

export interface Link {
  /** May be called twice. */
  start(): void;
  /** Says goodbye and resolves when the connection is closed. May be called twice; a stopped link stays stopped. */
  stop(reason: string): Promise<void>;
  /** The outbox has something new. */
  notifyOutbox(): void;
  progress(ref: Ref, progress: Progress): void;
  logGrew(ref: Ref): void;
  /** The platform does not have all of this log yet. */
  logWaits(ref: Ref): boolean;
  status(): LinkStatus;
}

/** Throws SLY_CONFIG when the address is none, or plain where that is not allowed. */
export function createLink(options: LinkOptions): Link {
  const { handlers, outbox, clock, log } = options;
  const timings: LinkTimings = { ...DEFAULT_TIMINGS, ...options.timings };
  const address = linkAddress(options.url, options.allowPlain ?? false);
  const stopping = new AbortController();
  let session: LinkSession | undefined;
  let running: Promise<void> | undefined;
  let status: LinkStatus = {
    status: 'stopped',
    since: clock.now(),
    lastFrameAt: null,
    nextTryAt: null,
    reason: null,
    clock: null,
  };

  const send: LinkSession['send'] = (message) => session?.send(message);
  const logs = createLogLane({ handlers, send, retryMs: timings.logRetryMs });
  const progress = createProgressLane({ send, clock, intervalMs: timings.progressMs });
  const pump = createOutboxPump({ outbox, send, onSent, log });

  /** The log of an attempt that ended while the link was down has nobody else who would think of it. */
  function onSent(event: AgentEvent): void {
    if (event.type === 'task.state') logs.grew({ key: event.key, attempt: event.attempt });
  }

  function show(next: Partial<LinkStatus> & Pick<LinkStatus, 'status'>): void {
    status = { ...status, since: clock.now(), nextTryAt: null, ...next };
  }

  /** One try, from the address to the end of the session. `onlineMs`: how long it was of use. */
  async function once(): Promise<{ refusal: LinkRefusal; onlineMs: number }> {
    let onlineAt: number | undefined;
    try {
      const { token, caFile } = options;
      const ws = await connect({
        address,
        token: typeof token === 'string' ? token : token(),
        ...(caFile === undefined ? {} : { caFile }),
        handshakeMs: timings.handshakeMs,
        signal: stopping.signal,
      });
      const { agentName, version, instanceId, journalId } = options;
      session = startLinkSession(ws, stopping.signal, {
        hello: { agentName, version, instanceId, journalId },
        handlers,
        lastSeq: () => outbox.lastSeq(),
        pump,
        logs,
        progress,
        timings,
        clock,
        log,
        onOnline() {
          onlineAt = clock.now();
          show({ status: 'online', reason: null });
          log.info({ platform: address.host, outbox: outbox.size() }, 'link online');
        },
        onFrame() {
          status.lastFrameAt = clock.now();
        },
        onBeat(answered) {
          status.clock = answered;
        },
      });
      const refusal = await session.ended;
      return { refusal, onlineMs: onlineAt === undefined ? 0 : clock.now() - onlineAt };
    } catch (error) {
      const refusal = error instanceof LinkRefusal ? error : new LinkRefusal(toSlyError(error).detail, false);
      return { refusal, onlineMs: 0 };
    } finally {
      session = undefined;
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      show({ status: 'connecting' });
      const { refusal, onlineMs } = await once();
      if (stopping.signal.aborted) return;
      const reason = refusal.message;
      if (refusal.fatal) {
        log.error({ reason }, 'the platform refuses this agent; work here goes on, nothing is reported');
        show({ status: 'refused', reason });
        return;
      }
      if (onlineMs >= timings.stableMs) failures = 0;
      const { backoffBaseMs: baseMs, backoffCapMs: capMs } = timings;
      const waitMs = backoffDelay(failures++, { baseMs, capMs });
      // The same reason again is no news.
      const level = reason === status.reason ? 'debug' : 'warn';
      log[level]({ reason, waitMs: Math.round(waitMs) }, 'link down');
      show({ status: 'waiting', reason, nextTryAt: clock.now() + waitMs });
      await clock.sleep(waitMs, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    start() {
      if (!stopping.signal.aborted) running ??= run();
    },
    async stop(reason) {
      stopping.abort(new LinkRefusal(reason, false));
      await running;
      if (status.status !== 'stopped') show({ status: 'stopped', reason });
    },
    notifyOutbox: () => pump.notify(),
    progress: (ref, latest) => progress.put(ref, latest),
    logGrew: (ref) => logs.grew(ref),
    logWaits: (ref) => logs.isOpen(ref),
    status: () => ({ ...status }),
  };
}
