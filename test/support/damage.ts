/** Damage for fuzz tests: the same for the same seed, and of the kinds that tear text formats best. */
export type Random = (below: number) => number;

/** Whole numbers from 0 up to, not including, `below`. */
export function randoms(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}

export const JSON_TOKENS: readonly string[] =
  '" \\ { } [ ] , : - . e 0 9e999 null NaN true \n \u0000 é "id": [] {} -1 1e5'.split(' ');
export const TEXT_TOKENS: readonly string[] =
  '\n|\r\n| |,|"|-|.|0|-1|9e999|1e300|NaN|#|###|\u0000|é|\uFEFF|a.png|7777777777777'.split('|');

/** One to three cuts, insertions, overwritten or repeated pieces, or changed bytes. */
export function damaged(bytes: Buffer, random: Random, tokens: readonly string[]): Buffer {
  let text = bytes;
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(text.length);
    const token = Buffer.from(tokens[random(tokens.length)] ?? '');
    switch (random(5)) {
      case 0:
        text = Buffer.concat([text.subarray(0, at), token, text.subarray(at)]);
        break;
      case 1:
        text = Buffer.concat([text.subarray(0, at), token, text.subarray(at + token.length)]);
        break;
      case 2:
        text = Buffer.concat([text.subarray(0, at), text.subarray(at + 1 + random(20))]);
        break;
      case 3: {
        const piece = text.subarray(at, at + random(60));
        const to = random(text.length);
        text = Buffer.concat([text.subarray(0, to), piece, text.subarray(to)]);
        break;
      }
      default:
        text = Buffer.from(text);
        if (text.length > 0) text[at] = random(256);
    }
  }
  return text;
}
