/** The error table as a reference page. Pure. */
import { ERROR_CODES } from './error-codes.ts';

/** docs/reference/errors.md */
export function errorReference(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, entry]) => {
    const exit = 'exit' in entry ? String(entry.exit) : '';
    return `| \`${code}\` | ${entry.kind} | ${exit} | ${entry.title} |`;
  });
  return `# Error codes

Every failure carries one of these codes, a sentence with what was expected and what was found, and where a person
can do something about it a hint. A code is never reused for another meaning.

*retryable*: the same thing may succeed later, and is tried again where that is safe. *permanent*: it will not, until
somebody changes something. *fatal*: the process stops. *exit* is the exit code of the command line, 1 where none is
given.

| code | kind | exit | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
