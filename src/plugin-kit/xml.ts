/**
 * XML of other programs, streamed: subtrees of a few elements at a time, never a whole document. No DTD, no
 * entities of its own, depth and size of a subtree are bounded.
 */
import { createReadStream } from 'node:fs';
import { SaxesParser } from 'saxes';
import { SlyError } from '../lib/errors.ts';

export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  /** All text directly inside, trimmed. */
  text: string;
  /** Line of the opening tag, from 1. */
  line: number;
}

export interface XmlOptions {
  /** Names of elements to hand over whole; they are not looked for inside one another. The root's name gives the whole document. */
  elements: readonly string[];
  /** As it is called in errors. */
  file: string;
  signal?: AbortSignal;
  /** Elements in one subtree; default 1,000,000. */
  maxNodes?: number;
}

const MAX_DEPTH = 64;
const MAX_TEXT = 64 << 20;
const CHUNK = 256 << 10;

/**
 * Elements of the wanted names in the order of the document. Throws SLY_FORMAT_INVALID with line and column for
 * what is no well-formed XML, for a DTD and for what is too deep; what came before was handed over already.
 */
export async function* readXml(absolute: string, options: XmlOptions): AsyncGenerator<XmlElement> {
  const parser = createSubtreeParser(options);
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of createReadStream(absolute, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    options.signal?.throwIfAborted();
    yield* parser.write(decoder.decode(chunk, { stream: true }));
  }
  yield* parser.write(decoder.decode());
  yield* parser.end();
}

/** The root of a small document. */
export function parseXml(text: string, file: string): XmlElement {
  const parser = createSubtreeParser({ elements: [], file, root: true });
  const [root] = [...parser.write(text), ...parser.end()];
  if (root === undefined)
    throw new SlyError('SLY_FORMAT_INVALID', { detail: 'expected an XML document, got no element', file });
  return root;
}

interface SubtreeParser {
  write(text: string): XmlElement[];
  end(): XmlElement[];
}

function createSubtreeParser(options: XmlOptions & { root?: boolean }): SubtreeParser {
  const { file, maxNodes = 1_000_000 } = options;
  const wanted = new Set(options.elements);
  const parser = new SaxesParser({ position: true });
  const open: XmlElement[] = [];
  let done: XmlElement[] = [];
  let failure: SlyError | undefined;
  let depth = 0;
  let nodes = 0;
  let size = 0;

  function fail(detail: string): void {
    failure ??= new SlyError('SLY_FORMAT_INVALID', {
      detail: `line ${parser.line}, column ${parser.columnIndex + 1}: ${detail}`,
      file,
    });
  }
  function addText(text: string): void {
    const top = open.at(-1);
    if (top === undefined) return;
    size += text.length;
    if (size > MAX_TEXT) fail(`expected at most ${MAX_TEXT} characters in one element`);
    else top.text += text;
  }

  parser.on('error', (error) => fail(error.message.replace(/^(?:\S+:)?\d+:\d+: /, '')));
  parser.on('doctype', () => fail('expected no document type definition, got one'));
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > MAX_DEPTH) return fail(`expected at most ${MAX_DEPTH} elements inside one another`);
    if (open.length === 0 && options.root !== true && !wanted.has(name)) return;
    if (++nodes > maxNodes) return fail(`expected at most ${maxNodes} elements in one`);
    const element: XmlElement = {
      name,
      attributes: attributes as Record<string, string>,
      children: [],
      text: '',
      line: parser.line,
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    depth--;
    const closed = open.pop();
    if (closed === undefined) return;
    closed.text = closed.text.trim();
    if (open.length > 0) return;
    done.push(closed);
    nodes = 0;
    size = 0;
  });

  function taken(work: () => void): XmlElement[] {
    if (failure !== undefined) throw failure;
    work();
    const ready = done;
    done = [];
    if (failure !== undefined && ready.length === 0) throw failure;
    return ready;
  }
  return {
    write: (text) => taken(() => parser.write(text)),
    end() {
      const ready = taken(() => parser.close());
      if (failure !== undefined && ready.length === 0) throw failure;
      return ready;
    },
  };
}

export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** Text of the first child of that name; undefined when there is none. */
export function childText(element: XmlElement, name: string): string | undefined {
  return childOf(element, name)?.text;
}

/** For text and attribute values; what XML 1.0 cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\uFFFE\uFFFF&<>"]/gu,
      (one) => ESCAPES[one] ?? (one >= '\x7f' && one < '\uFFFE' ? one : '\uFFFD'),
    );
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};
