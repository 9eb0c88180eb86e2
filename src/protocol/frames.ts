/**
 * Text frames to messages and back. The one place where either side decides whether a frame is a message:
 * unknown fields are tolerated, an unknown type or a wrong field is SLY_BAD_MESSAGE with the place named.
 */
import type { Static, TSchema } from 'typebox';
import { SlyError } from '../lib/errors.ts';
import { createParser, type Parser } from '../lib/schema.ts';
import {
  type AgentMessage,
  AgentMessageSchema,
  type PlatformMessage,
  PlatformMessageSchema,
} from './link.ts';

type Tagged = TSchema & { properties: { type: { const: string } } };

/** One parser a type: a wrong field is then reported as such, not as "none of ten shapes fits". */
function parsersOf<S extends TSchema>(variants: readonly S[]): Map<string, Parser<Static<S>>> {
  return new Map(
    variants.map((variant) => [(variant as unknown as Tagged).properties.type.const, createParser(variant)]),
  );
}

const fromAgent = parsersOf(AgentMessageSchema.anyOf);
const fromPlatform = parsersOf(PlatformMessageSchema.anyOf);

export const AGENT_MESSAGE_TYPES: readonly string[] = [...fromAgent.keys()];
export const PLATFORM_MESSAGE_TYPES: readonly string[] = [...fromPlatform.keys()];

export function parseAgentMessage(text: string): AgentMessage {
  return parse(fromAgent, text);
}

export function parsePlatformMessage(text: string): PlatformMessage {
  return parse(fromPlatform, text);
}

/**
 * The sequence number of an event whose body does not fit (an event type of a newer agent), or undefined.
 * Such an event can never be applied; leaving it unacknowledged would hold up all that follow.
 */
export function seqOfBrokenEvent(text: string): number | undefined {
  try {
    const value = JSON.parse(text) as { type?: unknown; seq?: unknown } | null;
    if (value?.type !== 'event' || !Number.isSafeInteger(value.seq)) return undefined;
    return (value.seq as number) >= 1 ? (value.seq as number) : undefined;
  } catch {
    return undefined;
  }
}

export function encodeMessage(message: AgentMessage | PlatformMessage): string {
  return JSON.stringify(message);
}

function parse<T>(parsers: ReadonlyMap<string, Parser<T>>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SlyError('SLY_BAD_MESSAGE', { detail: `expected JSON, got ${shown(text)}`, cause });
  }
  const type: unknown =
    typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  const parser = typeof type === 'string' ? parsers.get(type) : undefined;
  if (parser === undefined) {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `expected "type" to be one of ${[...parsers.keys()].join(', ')}, got ${shown(JSON.stringify(type) ?? 'none')}`,
    });
  }
  return parser.parse(value, String(type));
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
