/** PROTOCOL.md and the code know the same messages, fields, codes, constants and paths. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/lib/version.ts';
import { AGENT_MESSAGE_TYPES, PLATFORM_MESSAGE_TYPES } from '../../../src/protocol/frames.ts';
import * as link from '../../../src/protocol/link.ts';
import { AgentEventSchema, AgentMessageSchema, PlatformMessageSchema } from '../../../src/protocol/link.ts';
import { QUESTIONS } from '../../../src/protocol/questions.ts';

const read = (file: string): string => readFileSync(path.join(packageRoot(), file), 'utf8');
const doc = read('PROTOCOL.md');
const [linkPart = '', dataPart = ''] = doc.split('# Part 2: the data plane');

/** `**name** · direction · text`, up to the next paragraph that begins so. */
function described(): { type: string; direction: string; text: string }[] {
  const heads = [...linkPart.matchAll(/^\*\*(\w+)\*\* · ([^·]+?) · /gm)];
  return heads.map((head, at) => ({
    type: head[1] ?? '',
    direction: head[2] ?? '',
    text: linkPart.slice(head.index, heads[at + 1]?.index),
  }));
}

type Shape = { properties: Record<string, unknown> };
const fieldsOf = (union: { anyOf: readonly unknown[] }): Map<string, string[]> =>
  new Map(
    union.anyOf.map((variant) => {
      const { properties } = variant as Shape;
      const { const: type } = properties.type as { const: string };
      return [type, Object.keys(properties).filter((name) => name !== 'type')];
    }),
  );

describe('messages', () => {
  it('each one is described once, with its direction', () => {
    const words = (direction: string) =>
      described()
        .filter((one) => one.direction === direction || one.direction === 'both ways')
        .map((one) => one.type)
        .sort();
    expect(words('agent → platform')).toEqual([...AGENT_MESSAGE_TYPES].sort());
    expect(words('platform → agent')).toEqual([...PLATFORM_MESSAGE_TYPES].sort());
  });

  it('each field is named where its message is described', () => {
    for (const union of [AgentMessageSchema, PlatformMessageSchema]) {
      for (const [type, fields] of fieldsOf(union)) {
        const text = described().find((one) => one.type === type)?.text ?? '';
        for (const field of fields) expect(text, `${type}.${field}`).toContain(`\`${field}\``);
      }
    }
  });

  it('each event is described, with the fields of its own, and no other', () => {
    const rows = new Map(
      [...linkPart.matchAll(/^\| `(task\.\w+)` \| (.+) \|$/gm)].map((row) => [row[1] ?? '', row[2] ?? '']),
    );
    const events = fieldsOf(AgentEventSchema);
    expect([...rows.keys()].sort()).toEqual([...events.keys()].sort());
    for (const field of events.get('task.state') ?? [])
      expect(rows.get('task.state')).toContain(`\`${field}\``);
  });
});

describe('questions', () => {
  const [, section = ''] = linkPart.split('## 1.8 Questions');
  const rows = new Map(
    [...section.matchAll(/^\| `([\w.]+)` \| (.*?)\| /gm)].map((row) => [row[1] ?? '', row[2] ?? '']),
  );

  it('each one is described, with what it needs, and no other', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(QUESTIONS).sort());
    for (const [name, { asks }] of Object.entries(QUESTIONS)) {
      const named = [...(rows.get(name) ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]);
      expect([name, named]).toEqual([name, Object.keys(asks.properties)]);
    }
  });
});

describe('numbers', () => {
  it('close codes, meanings and what follows are the same', () => {
    const rows = [...linkPart.matchAll(/^\| (\d{4}) \| (.+) \| (retry|fatal) \|$/gm)].map((row) => [
      row[1],
      { meaning: row[2], next: row[3] },
    ]);
    expect(Object.fromEntries(rows)).toEqual(link.CLOSE_CODES);
  });

  it('each constant is named with its value', () => {
    const constants = Object.entries(link).filter(
      ([name, value]) => /^[A-Z][A-Z_]+$/.test(name) && typeof value !== 'object',
    );
    expect(constants.length).toBeGreaterThan(8);
    for (const [name, value] of constants) {
      const row = new RegExp(`^\\| \`${name}\` \\| ${value} \\|`, 'm').test(linkPart);
      const inText =
        linkPart.includes(`\`${name}\` = ${value}`) ||
        new RegExp(`${String(value).replace(/[.*+?^$()|[\]\\]/g, '\\$&')}\`\\s*\\(\`${name}\`\\)`).test(
          linkPart,
        );
      expect(row || inText, `${name} = ${value}`).toBe(true);
    }
  });

  it('each constant the document names exists', () => {
    const named = new Set([...doc.matchAll(/`([A-Z][A-Z]+_[A-Z_]+)`/g)].map((match) => match[1] ?? ''));
    const unknown = [...named].filter((name) => !(name in link) && !name.startsWith('SLY_'));
    expect(unknown).toEqual([]);
  });
});

describe('data plane', () => {
  const pathsOf = (text: string): string[] =>
    [...text.matchAll(/\b(GET|POST|PUT|DELETE) (\/agents\/v1\/[^\s`?]*)/g)].map(
      ([, method, where]) => `${method} ${(where ?? '').replace(/[:.,;]$/, '')}`,
    );

  it('each call of publish.ts is described, and no other', () => {
    const calls = pathsOf(read('src/protocol/publish.ts'));
    expect(calls.length).toBeGreaterThan(12);
    expect(pathsOf(dataPart).sort()).toEqual([...new Set(calls)].sort());
  });
});
