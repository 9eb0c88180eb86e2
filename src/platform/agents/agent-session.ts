/**
 * One connection of an agent, from hello to close. Owns the socket, its silence and handshake deadlines and
 * the order of messages. Ends by a close of either side, by silence (4408), or by an error of ours (1011):
 * then nothing was acknowledged that is not committed, and the agent comes again.
 */
import type { WebSocket } from 'ws';
import { background } from '../../lib/background.ts';
import type { Clock } from '../../lib/clock.ts';
import { toFailureInfo } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { encodeMessage, parseAgentMessage, seqOfBrokenEvent } from '../../protocol/frames.ts';
import {
  type AgentMessage,
  MAX_FRAME_BYTES,
  MAX_OFFER_BYTES,
  type PlatformMessage,
  PROTOCOL_VERSION,
} from '../../protocol/link.ts';
import type { NumberedEvent } from './event-lane.ts';
import { createInbox, type Frame } from './inbox.ts';
import type { Hello, LiveAgent } from './live-agents.ts';
import type { AgentsPolicy } from './policy.ts';

/** What a session asks the room; every answer is durable when it resolves. */
export interface SessionHandlers {
  /** False: another process is connected as this agent. */
  enter(agent: LiveAgent, hello: Hello): Promise<boolean>;
  events(agent: LiveAgent, events: readonly NumberedEvent[]): Promise<void>;
  message(agent: LiveAgent, message: Exclude<AgentMessage, { type: 'hello' | 'event' }>): Promise<void>;
  left(agent: LiveAgent): Promise<void>;
}

export interface SessionDeps {
  handlers: SessionHandlers;
  policy: AgentsPolicy;
  clock: Clock;
  log: Logger;
}

const MAX_BATCH = 64;
const INBOX_BYTES = 4 << 20;
/** A peer that does not answer a close frame does not get to keep the socket. */
const CLOSE_MS = 1_000;

/** Resolves when the connection is closed and everything that came over it is done. Never rejects. */
export function runSession(
  ws: WebSocket,
  who: { agentId: number; name: string },
  deps: SessionDeps,
): Promise<void> {
  const { handlers, policy, clock } = deps;
  const log = deps.log.child({ agentId: who.agentId, agent: who.name });
  let agent: LiveAgent | undefined;
  let lastFrameAt = clock.now();
  const handshake = setTimeout(() => close(4408, 'no hello in time'), policy.handshakeMs);
  const watch = setInterval(() => {
    if (clock.now() - lastFrameAt <= policy.silenceMs) return;
    close(4408, `no frame for ${policy.silenceMs} ms`);
    // Who does not speak does not answer a close frame either.
    ws.terminate();
  }, policy.silenceMs / 10);

  const inbox = createInbox({
    handle,
    onError(error) {
      log.error({ err: error }, 'session failed');
      close(1011, 'the platform failed inside');
    },
    pause: () => ws.pause(),
    resume() {
      lastFrameAt = clock.now();
      ws.resume();
    },
    maxBytes: INBOX_BYTES,
  });

  function send(message: PlatformMessage): void {
    if (ws.readyState !== ws.OPEN) return;
    const text = encodeMessage(message);
    const limit = message.type === 'offer' ? MAX_OFFER_BYTES : MAX_FRAME_BYTES;
    if (Buffer.byteLength(text) <= limit) ws.send(text);
    else log.error({ type: message.type, bytes: text.length }, 'message too large, not sent');
  }

  function close(code: number, reason: string): void {
    background('inbox', log, inbox.close());
    if (ws.readyState === ws.OPEN) {
      log.info({ code, reason }, 'link closed by the platform');
      ws.close(code, reason);
    }
    setTimeout(() => ws.terminate(), CLOSE_MS).unref();
  }

  async function handle(waiting: readonly Frame[]): Promise<number> {
    const events: NumberedEvent[] = [];
    let taken = 0;
    for (const frame of waiting.slice(0, MAX_BATCH)) {
      const message = read(frame);
      if (message === undefined) taken++;
      else if (message.type === 'event' && agent !== undefined) {
        events.push(message);
        taken++;
      } else if (taken > 0) break;
      else {
        await one(message as AgentMessage);
        return 1;
      }
    }
    if (agent !== undefined && events.length > 0) await handlers.events(agent, events);
    return taken;
  }

  /** Undefined: answered already. */
  function read(frame: Frame): AgentMessage | ({ type: 'event' } & NumberedEvent) | undefined {
    try {
      if (frame.isBinary) throw new TypeError('expected a text frame, got a binary one');
      return parseAgentMessage(frame.text);
    } catch (error) {
      const failure = { ...toFailureInfo(error), code: 'SLY_BAD_MESSAGE' };
      if (agent === undefined) {
        close(4400, failure.detail.slice(0, 100));
        return undefined;
      }
      log.warn({ detail: failure.detail, frame: frame.text.slice(0, 500) }, 'malformed message');
      send({ type: 'problem', about: 'message', failure });
      const seq = frame.isBinary ? undefined : seqOfBrokenEvent(frame.text);
      return seq === undefined ? undefined : { type: 'event', seq };
    }
  }

  async function one(message: AgentMessage): Promise<void> {
    if (agent === undefined) {
      if (message.type === 'hello') await greet(message);
      else close(4400, `expected hello, got ${message.type}`);
    } else if (message.type === 'hello') {
      const failure = toFailureInfo(new TypeError('hello may come only once'));
      send({ type: 'problem', about: 'hello', failure: { ...failure, code: 'SLY_BAD_MESSAGE' } });
    } else if (message.type !== 'event') {
      await handlers.message(agent, message);
    }
  }

  async function greet(hello: Hello): Promise<void> {
    clearTimeout(handshake);
    if (hello.protocol !== PROTOCOL_VERSION) {
      close(4406, `expected protocol ${PROTOCOL_VERSION}, got ${hello.protocol}`);
      return;
    }
    const entering: LiveAgent = {
      ...who,
      instanceId: hello.instanceId,
      plugins: new Set(hello.plugins.map(({ manifest }) => manifest.name)),
      questions: new Set(hello.questions),
      ready: false,
      draining: false,
      telemetry: hello.telemetry,
      held: new Set(),
      get lastFrameAt() {
        return lastFrameAt;
      },
      send,
      close,
    };
    agent = entering;
    if (await handlers.enter(entering, hello)) {
      log.info({ instanceId: hello.instanceId, version: hello.version }, 'agent connected');
      return;
    }
    agent = undefined;
    close(4409, 'another process is connected as this agent');
  }

  ws.on('message', (data, isBinary) => {
    lastFrameAt = clock.now();
    inbox.push({ text: isBinary ? '' : String(data), isBinary });
  });
  ws.on('error', (error) => log.debug({ err: error }, 'socket error'));
  return new Promise((resolve) => {
    ws.on('close', (code, reason) => {
      clearTimeout(handshake);
      clearInterval(watch);
      if (agent !== undefined) log.info({ code, reason: String(reason) }, 'agent disconnected');
      const over = async (): Promise<void> => {
        await inbox.close();
        if (agent !== undefined) await handlers.left(agent);
      };
      background('agent left', log, over().finally(resolve));
    });
  });
}
