/**
 * One connection, from hello to its end. Owns heartbeat, silence and handshake deadlines and the three lanes
 * while it lasts. Ends exactly once: closed by either side, silence, a failure of ours, or the signal.
 */
import type { WebSocket } from 'ws';
import { background } from '../../lib/background.ts';
import type { Clock } from '../../lib/clock.ts';
import { SlyError, toFailureInfo } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { encodeMessage, parsePlatformMessage } from '../../protocol/frames.ts';
import {
  type AgentMessage,
  CLOSE_CODES,
  MAX_FRAME_BYTES,
  type PlatformMessage,
  PROTOCOL_VERSION,
} from '../../protocol/link.ts';
import type { Task } from '../../protocol/task.ts';
import { answerListing } from './answer-listing.ts';
import { answerQuestion } from './answer-question.ts';
import { LinkRefusal } from './connect.ts';
import type { LinkHandlers, PluginOffer } from './link-handlers.ts';
import type { LogLane } from './log-lane.ts';
import type { OutboxPump } from './outbox-pump.ts';
import type { ProgressLane } from './progress-lane.ts';
import type { LinkTimings } from './timings.ts';

export interface LinkSessionDeps {
  hello: Omit<
    Extract<AgentMessage, { type: 'hello' }>,
    'type' | 'protocol' | 'attempts' | 'plugins' | 'telemetry'
  >;
  handlers: LinkHandlers;
  /** The highest event number the journal ever gave. */
  lastSeq(): number;
  pump: OutboxPump;
  logs: LogLane;
  progress: ProgressLane;
  timings: LinkTimings;
  clock: Clock;
  log: Logger;
  onOnline(): void;
  onFrame(): void;
  /** A heartbeat was answered. */
  onBeat(clock: { skewMs: number; roundTripMs: number }): void;
}

export interface LinkSession {
  send(message: AgentMessage): void;
  /** Why it ended; never rejects. */
  readonly ended: Promise<LinkRefusal>;
}

type Welcome = Extract<PlatformMessage, { type: 'welcome' }>;

const CLOSE_MS = 500;

export function startLinkSession(ws: WebSocket, signal: AbortSignal, deps: LinkSessionDeps): LinkSession {
  const { handlers, pump, logs, progress, timings, clock, log } = deps;
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<LinkRefusal>();
  let lastFrameAt = clock.now();
  let isOnline = false;
  let ownReason: LinkRefusal | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  /** When the heartbeat without an answer was sent; undefined = none, or more than one. */
  let beatAt: number | undefined;
  let openBeats = 0;
  let toldPlugins = '';
  let welcomeTimer: NodeJS.Timeout | undefined = setTimeout(
    () => giveUp(4408, `no welcome within ${timings.handshakeMs} ms`),
    timings.handshakeMs,
  );
  const watch = setInterval(() => {
    const silence = clock.now() - lastFrameAt;
    if (silence <= timings.silenceMs) return;
    giveUp(4408, `the platform was silent for ${Math.round(silence)} ms`);
    // Who does not speak does not answer a close frame either.
    ws.terminate();
  }, timings.silenceMs / 10);
  const onAbort = (): void => {
    const reason = signal.reason instanceof Error ? signal.reason.message : 'the agent stops';
    send({ type: 'goodbye', reason });
    giveUp(1000, 'the agent stops');
  };

  function send(message: AgentMessage): void {
    if (ws.readyState !== ws.OPEN) return;
    const text = encodeMessage(message);
    // A larger one would close the connection, again and again.
    if (Buffer.byteLength(text) <= MAX_FRAME_BYTES) ws.send(text);
    else log.error({ type: message.type, bytes: text.length }, 'message too large, not sent');
  }

  /** The first reason counts; a peer that does not answer the close frame is cut off. */
  function giveUp(code: number, reason: string, fatal = false): void {
    ownReason ??= new LinkRefusal(reason, fatal);
    if (ws.readyState === ws.OPEN) ws.close(code, reason.slice(0, 100));
    setTimeout(() => ws.terminate(), CLOSE_MS);
  }

  function beat(): void {
    beatAt = openBeats++ === 0 ? clock.now() : undefined;
    const plugins = newPlugins(handlers.pluginsNow?.());
    send({
      type: 'heartbeat',
      leases: handlers.held(),
      telemetry: handlers.telemetry(),
      ...(plugins && { plugins }),
    });
  }

  /** Undefined when this session was told so already. */
  function newPlugins(plugins: PluginOffer[] | undefined): PluginOffer[] | undefined {
    const text = JSON.stringify(plugins);
    if (plugins === undefined || text === toldPlugins) return undefined;
    toldPlugins = text;
    return plugins;
  }

  function receive(text: string): void {
    let message: PlatformMessage;
    try {
      message = parsePlatformMessage(text);
    } catch (error) {
      log.warn({ err: error }, 'malformed message of the platform');
      send({ type: 'problem', about: 'message', failure: toFailureInfo(error) });
      return;
    }
    try {
      if (message.type === 'welcome') welcome(message);
      else if (isOnline) handle(message);
    } catch (error) {
      log.error({ err: error, type: message.type }, 'a message could not be handled');
      // Without these two the session makes no sense; the next one begins where the journal stands.
      if (message.type === 'ack' || message.type === 'welcome') giveUp(1011, 'the journal cannot be written');
      else send({ type: 'problem', about: message.type, failure: toFailureInfo(error) });
    }
  }

  /** What makes it wrong to go on with this platform. */
  function whyNot({ protocol, ackSeq }: Welcome): { code: number; reason: string } | undefined {
    if (protocol !== PROTOCOL_VERSION)
      return { code: 4406, reason: `expected protocol ${PROTOCOL_VERSION}, got ${protocol}` };
    if (ackSeq <= deps.lastSeq()) return undefined;
    const reason = `the platform has event ${ackSeq} of this journal, which itself ends at ${deps.lastSeq()}: it is an old copy. Move it aside and start again`;
    return { code: 4400, reason };
  }

  function welcome(message: Welcome): void {
    if (isOnline) return;
    clearTimeout(welcomeTimer);
    welcomeTimer = undefined;
    const refusal = whyNot(message);
    if (refusal !== undefined) {
      giveUp(refusal.code, refusal.reason, true);
      return;
    }
    isOnline = true;
    for (const { verdict, key, attempt } of message.attempts) handlers.verdict({ key, attempt }, verdict);
    pump.begin(message.ackSeq);
    const kept = message.attempts.filter(({ verdict }) => verdict !== 'abandon');
    logs.begin(kept.map(({ key, attempt, logOffset }) => ({ key, attempt, logOffset })));
    progress.begin();
    beat();
    heartbeat = setInterval(beat, message.heartbeatMs);
    deps.onOnline();
  }

  function handle(message: Exclude<PlatformMessage, { type: 'welcome' }>): void {
    switch (message.type) {
      case 'offer':
        send(answerOffer(message.task, message.attempt));
        return;
      case 'cancel':
        handlers.cancel({ key: message.key, attempt: message.attempt }, message.reason);
        return;
      case 'ack':
        pump.acknowledged(message.seq);
        return;
      case 'beat':
        answered(message.time);
        for (const { key, attempt } of message.lost) {
          log.warn({ taskKey: key, attempt }, 'lease lost');
          handlers.leaseLost({ key, attempt });
        }
        return;
      case 'logAck':
        logs.acknowledged(message, message.offset);
        return;
      case 'drain':
        handlers.drain(message.on);
        beat();
        return;
      case 'list':
        background('list folder', log, answerListing(message, handlers).then(send));
        return;
      case 'ask':
        background('answer', log, answerQuestion(message, handlers).then(send));
        return;
      case 'problem':
        log.warn({ about: message.about, failure: message.failure }, 'the platform complains');
        if (message.about.startsWith('log '))
          logs.refused(message.about.slice('log '.length), message.failure.retryable);
        return;
    }
  }

  /** A beat may also come on its own: only one that answers the only open heartbeat tells how long the way is. */
  function answered(time: string): void {
    const sentAt = openBeats === 1 ? beatAt : undefined;
    openBeats = Math.max(0, openBeats - 1);
    const theirs = Date.parse(time);
    if (sentAt === undefined || Number.isNaN(theirs)) return;
    const roundTripMs = Math.max(0, Math.round(clock.now() - sentAt));
    deps.onBeat({ skewMs: Math.round(theirs - sentAt - roundTripMs / 2), roundTripMs });
  }

  function answerOffer(task: Task, attempt: number): AgentMessage {
    const ref = { key: task.key, attempt };
    const namesPath = task.spec.action === 'import' && task.spec.source.kind === 'path';
    if (namesPath && handlers.isLocal?.(task.key) !== true)
      return { type: 'reject', ...ref, reason: 'only an operator of this machine may name a path of it' };
    try {
      const answer = handlers.offer(task, attempt);
      return answer === 'accept'
        ? { type: 'accept', ...ref }
        : { type: 'reject', ...ref, reason: answer.reject };
    } catch (error) {
      log.error({ err: error, taskKey: task.key }, 'offer could not be taken');
      const { detail } = error instanceof SlyError ? error : toFailureInfo(error);
      return { type: 'reject', ...ref, reason: `it could not be written down: ${detail}` };
    }
  }

  ws.on('message', (data, isBinary) => {
    lastFrameAt = clock.now();
    deps.onFrame();
    receive(isBinary ? '' : String(data));
  });
  ws.on('close', (code, reason) => {
    clearTimeout(welcomeTimer);
    clearInterval(watch);
    clearInterval(heartbeat);
    signal.removeEventListener('abort', onAbort);
    pump.end();
    logs.end();
    progress.end();
    resolveEnded(ownReason ?? refusalOf(code, String(reason)));
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  const plugins = handlers.plugins();
  toldPlugins = JSON.stringify(plugins);
  send({
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    ...deps.hello,
    attempts: handlers.attempts(),
    plugins,
    telemetry: handlers.telemetry(),
    questions: Object.keys(handlers.questions ?? {}),
  });
  return { send, ended };
}

function refusalOf(code: number, reason: string): LinkRefusal {
  const known = code in CLOSE_CODES ? CLOSE_CODES[code as keyof typeof CLOSE_CODES] : undefined;
  const meaning = known?.meaning ?? 'the connection broke off';
  const detail = reason === '' || reason === meaning ? '' : `: ${reason}`;
  return new LinkRefusal(`${meaning}${detail} (${code})`, known?.next === 'fatal');
}
