import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlyError } from '../../../src/lib/errors.ts';
import {
  encodeMessage,
  parseAgentMessage,
  parsePlatformMessage,
  seqOfBrokenEvent,
} from '../../../src/protocol/frames.ts';

test('a message survives the way there, unknown fields are tolerated', () => {
  const accept = { type: 'accept' as const, key: 'a', attempt: 1 };
  expect(parseAgentMessage(encodeMessage(accept))).toEqual(accept);
  expect(parseAgentMessage(JSON.stringify({ ...accept, colour: 'red' }))).toMatchObject(accept);
});

test('what is wrong is named: the place, the type, the text', () => {
  expect(() => parseAgentMessage('{"type":"accept","key":"a","attempt":0}')).toThrow(/accept: \/attempt/);
  expect(() => parseAgentMessage('{"type":"welcome"}')).toThrow(/expected "type".*got "welcome"/);
  expect(() => parsePlatformMessage('{"type":"accept","key":"a","attempt":1}')).toThrow(/got "accept"/);
  expect(() => parsePlatformMessage('nonsense')).toThrow(/expected JSON, got nonsense/);
  expect(() => parsePlatformMessage('null')).toThrow(SlyError);
});

test('whatever arrives is a message or a SlyError', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.object().map((o) => JSON.stringify(o)),
      ),
      (text) => {
        for (const parse of [parseAgentMessage, parsePlatformMessage]) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(SlyError);
          }
        }
        seqOfBrokenEvent(text);
      },
    ),
  );
});

test('the number of an event that cannot be understood is found', () => {
  expect(seqOfBrokenEvent('{"type":"event","seq":7,"event":{"type":"new"}}')).toBe(7);
  for (const text of [
    '{"type":"event","seq":0}',
    '{"type":"event","seq":1.5}',
    '{"type":"log","seq":1}',
    'x',
  ])
    expect(seqOfBrokenEvent(text)).toBeUndefined();
});
