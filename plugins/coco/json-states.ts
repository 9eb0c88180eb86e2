/**
 * The states of a JSON text, one byte at a time: `STEP[state << 8 | byte]` is the next state and `ERROR` where
 * there is none. Values that lie in
 * a list and those that lie in an object have states of their own, so numbers, strings and the commas of lists
 * need the table alone; only what changes the depth, ends a key or ends a member is an event (>= EVENT).
 * Also taken: `NaN`, `Infinity` and `-Infinity`, which Python writes where a number is missing.
 */

/** What a value lies in. */
export const IN_LIST = 0;
export const IN_OBJECT = 1;
/** A list whose commas count: that of the elements. */
export const IN_ELEMENTS = 2;

/** States of one kind of container begin here; add the kind times STRIDE. */
const STRIDE = 24;
const [VALUE, STRING, ESCAPE, LAST_HEX] = [1, 2, 3, 7];
const [MINUS, ZERO, INT, DOT, FRACTION, E, E_SIGN, EXPONENT] = [8, 9, 10, 11, 12, 13, 14, 15];
const [AFTER, FIRST] = [16, 17];
/** Keys are of objects alone, so they need no copy a container. */
const [KEY_FIRST, KEY, IN_KEY, KEY_ESCAPE, COLON] = [73, 74, 75, 76, 81];

/** Before the root value, and after it. */
export const ROOT = 82;
export const END = 83;

export const EVENT = 96;
export const OPEN_LIST = 96;
export const OPEN_OBJECT = 97;
export const CLOSE_LIST = 98;
export const CLOSE_OBJECT = 99;
export const KEY_END = 100;
export const MEMBER_END = 101;
export const ELEMENT_END = 102;
/** `t`, `f`, `n`, `N` or `I` begins a word in the container of the state before. */
export const WORD = 103;
export const ERROR = 104;

export const afterKey = COLON;
export const nextKey = KEY;
export const firstKey = KEY_FIRST;
export const firstValue = (kind: number): number => kind * STRIDE + FIRST;
export const nextValue = (kind: number): number => kind * STRIDE + VALUE;
export const afterValue = (kind: number): number => kind * STRIDE + AFTER;
/** A minus sign stands before this state; only `Infinity` may follow as a word. */
export const isMinus = (state: number): boolean => state < KEY_FIRST && state % STRIDE === MINUS;

/** What would have been right, for an error. */
export function expectedIn(state: number): string {
  if (state === ROOT) return 'an object, "{"';
  if (state === END) return 'the end of the file';
  if (state === KEY_FIRST) return 'a key in double quotes or "}"';
  if (state === KEY) return 'a key in double quotes';
  if (state === COLON) return '":"';
  if (state > KEY) return 'the rest of a key';
  const inner = state % STRIDE;
  if (inner === STRING) return 'the rest of a string';
  if (inner >= ESCAPE && inner <= LAST_HEX) return 'an escape like \\n or \\u00e9';
  if (inner === VALUE || inner === FIRST) return 'a value';
  if (inner === MINUS || inner === DOT || inner === E || inner === E_SIGN) return 'a digit';
  return state > STRIDE && state < 2 * STRIDE ? '"," or "}"' : '"," or "]"';
}

export const STEP: Uint8Array = build();

function build(): Uint8Array {
  const table = new Uint8Array(EVENT << 8).fill(ERROR);
  const on = (state: number, bytes: string, next: number): void => {
    for (const byte of Buffer.from(bytes, 'latin1')) table[(state << 8) | byte] = next;
  };
  const text = (state: number, escaped: number, end: number): void => {
    for (let byte = 0x20; byte < 256; byte++) table[(state << 8) | byte] = state;
    on(state, '"', end);
    on(state, '\\', escaped);
    on(escaped, '"\\/bfnrt', state);
    on(escaped, 'u', escaped + 1);
    for (let hex = escaped + 1; hex <= escaped + 4; hex++)
      on(hex, '0123456789abcdefABCDEF', hex === escaped + 4 ? state : hex + 1);
  };
  const [space, digits] = [' \t\n\r', '0123456789'];
  for (const kind of [IN_LIST, IN_OBJECT, IN_ELEMENTS]) {
    const base = kind * STRIDE;
    const end = (state: number): void => {
      on(base + state, space, base + AFTER);
      if (kind === IN_LIST) on(base + state, ',', base + VALUE);
      if (kind === IN_OBJECT) on(base + state, ',', MEMBER_END);
      if (kind === IN_ELEMENTS) on(base + state, ',', ELEMENT_END);
      on(base + state, kind === IN_OBJECT ? '}' : ']', kind === IN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
    };
    for (const state of [VALUE, FIRST]) {
      on(base + state, space, base + state);
      on(base + state, '"', base + STRING);
      on(base + state, '-', base + MINUS);
      on(base + state, '0', base + ZERO);
      on(base + state, '123456789', base + INT);
      on(base + state, '[', OPEN_LIST);
      on(base + state, '{', OPEN_OBJECT);
      on(base + state, 'tfnNI', WORD);
    }
    on(base + FIRST, ']', CLOSE_LIST);
    text(base + STRING, base + ESCAPE, base + AFTER);
    on(base + MINUS, '0', base + ZERO);
    on(base + MINUS, '123456789', base + INT);
    on(base + MINUS, 'I', WORD);
    on(base + INT, digits, base + INT);
    on(base + DOT, digits, base + FRACTION);
    on(base + FRACTION, digits, base + FRACTION);
    for (const state of [ZERO, INT]) on(base + state, '.', base + DOT);
    for (const state of [ZERO, INT, FRACTION]) on(base + state, 'eE', base + E);
    on(base + E, '+-', base + E_SIGN);
    for (const state of [E, E_SIGN, EXPONENT]) on(base + state, digits, base + EXPONENT);
    for (const state of [ZERO, INT, FRACTION, EXPONENT, AFTER]) end(state);
  }
  for (const state of [KEY_FIRST, KEY]) {
    on(state, space, state);
    on(state, '"', IN_KEY);
  }
  on(KEY_FIRST, '}', CLOSE_OBJECT);
  text(IN_KEY, KEY_ESCAPE, KEY_END);
  on(COLON, space, COLON);
  on(COLON, ':', nextValue(IN_OBJECT));
  on(ROOT, space, ROOT);
  on(ROOT, '{', OPEN_OBJECT);
  on(END, space, END);
  return table;
}
