/** YAML, loaded at the first text to read: most starts have none, and the parser is 4 MB of memory. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Throws the parser's own error with line and column. Aliases are refused: a few of them can stand for gigabytes. */
export function parseYaml(text: string): unknown {
  const { parse } = require('yaml') as typeof import('yaml');
  // Its warnings would go to standard error, past whoever reads the text.
  return parse(text, { maxAliasCount: 0, logLevel: 'error' });
}
