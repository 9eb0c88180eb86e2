/**
 * `label_map.pbtxt`: ids and names of classes as protobuf text, `item { id: 1 name: 'car' }`. Fields come in any
 * order, with either kind of quotes, with or without colons before braces; fields that are not needed are passed over.
 */
import { SlyError } from '../../src/lib/errors.ts';

export interface LabelMapItem {
  id: number;
  /** What people call it: `display_name`, else `name`. */
  title: string;
  /** What records say: `name`. */
  name: string;
}

export const MAX_LABEL_MAP_BYTES = 16 << 20;
const MAX_DEPTH = 50;

interface Token {
  kind: 'word' | 'string' | '{' | '}' | ':';
  text: string;
  line: number;
}

/** Throws SLY_FORMAT_INVALID with the line. Items without an id are numbered by their place. */
export function readLabelMap(text: string): LabelMapItem[] {
  const tokens = tokenize(text);
  const items: LabelMapItem[] = [];
  let at = 0;
  const peek = (): Token | undefined => tokens[at];

  /** One field's value; what is in braces is handed to `message`. */
  function value(depth: number, message: () => void): string | undefined {
    if (peek()?.kind === ':') at++;
    const token = tokens[at++];
    if (token?.kind === '{') {
      if (depth > MAX_DEPTH) throw wrong(token.line, `at most ${MAX_DEPTH} levels of braces`, 'more');
      message();
      return undefined;
    }
    if (token?.kind !== 'word' && token?.kind !== 'string')
      throw wrong(token?.line ?? lastLine(tokens), 'a value', token?.text ?? 'the end of the file');
    let joined = token.text;
    // Strings that stand side by side are one.
    for (let more = peek(); token.kind === 'string' && more?.kind === 'string'; more = peek()) {
      joined += more.text;
      at++;
    }
    return joined;
  }

  function fields(depth: number, field: (name: string, value: string) => void): void {
    for (let token = tokens[at++]; token?.kind !== '}'; token = tokens[at++]) {
      if (token === undefined) throw wrong(lastLine(tokens), 'a closing brace', 'the end of the file');
      if (token.kind !== 'word') throw wrong(token.line, 'the name of a field', token.text);
      const read = value(depth + 1, () => fields(depth + 1, () => undefined));
      if (read !== undefined) field(token.text, read);
    }
  }

  while (at < tokens.length) {
    const token = tokens[at++] as Token;
    if (token.kind !== 'word') throw wrong(token.line, 'item', token.text);
    const found = new Map<string, string>();
    value(0, () => fields(0, (name, read) => found.set(name, read)));
    if (token.text === 'item') items.push(itemOf(found, token.line, items.length + 1));
  }
  return items;
}

function itemOf(fields: ReadonlyMap<string, string>, line: number, place: number): LabelMapItem {
  const id = fields.get('id');
  const name = fields.get('name') ?? fields.get('display_name');
  if (id !== undefined && !/^[+-]?\d{1,10}$/.test(id)) throw wrong(line, 'a whole number as id', id);
  if (name === undefined) throw wrong(line, 'an item with a name', `one without (id ${id ?? 'missing'})`);
  const title = (fields.get('display_name') ?? name).trim();
  return { id: id === undefined ? place : Number(id), name, title: title === '' ? name : title };
}

const TOKEN =
  /\s+|#[^\n]*|[,;]|([{}<>:])|"([^"\\\n]*(?:\\.[^"\\\n]*)*)"|'([^'\\\n]*(?:\\.[^'\\\n]*)*)'|([^\s#,;{}<>:"']+)/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw wrong(line, 'the end of a text in quotes', 'the end of its line');
    const [whole, mark, double, single, word] = match;
    if (mark !== undefined) {
      const kind = mark === '<' ? '{' : mark === '>' ? '}' : (mark as '{' | '}' | ':');
      tokens.push({ kind, text: mark, line });
    } else if (word !== undefined) tokens.push({ kind: 'word', text: word, line });
    else if (double !== undefined || single !== undefined)
      tokens.push({ kind: 'string', text: unescaped(double ?? single ?? ''), line });
    for (let i = whole.indexOf('\n'); i >= 0; i = whole.indexOf('\n', i + 1)) line++;
    at += whole.length;
  }
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** Octal and hexadecimal escapes are bytes of UTF-8, so neighbours are decoded together. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /((?:\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}))+)|\\(.)/gs,
    (_all, run: string | undefined, letter: string) => {
      if (run === undefined) return ESCAPES[letter] ?? letter;
      const bytes = run.split('\\').slice(1);
      const numbers = bytes.map((byte) =>
        byte.startsWith('x') ? Number.parseInt(byte.slice(1), 16) : Number.parseInt(byte, 8) & 255,
      );
      return Buffer.from(numbers).toString('utf8');
    },
  );
}

/** As TensorFlow's own tools write it. */
export function writeLabelMap(items: readonly { id: number; name: string }[]): string {
  return items.map(({ id, name }) => `item {\n\tid: ${id}\n\tname: '${escaped(name)}'\n}\n\n`).join('');
}

function escaped(name: string): string {
  return (
    name
      .replace(/[\\']/g, '\\$&')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to be escaped
      .replace(/[\x00-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
  );
}

const lastLine = (tokens: readonly Token[]): number => tokens.at(-1)?.line ?? 1;

function wrong(line: number, expected: string, got: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `line ${line}: expected ${expected}, got ${JSON.stringify(got.slice(0, 80))}`,
  });
}
