/** A worker of the tests: squares numbers, refuses negative ones, dies at zero. */
import { SlyError } from '../../src/lib/errors.ts';
import { serve } from '../../src/plugin-kit/worker-serve.ts';

serve(import.meta.url, (input: number) => {
  if (input === 0) process.exit(3);
  if (input < 0)
    throw new SlyError('SLY_FORMAT_INVALID', { detail: `expected no minus, got ${input}`, file: 'n' });
  return input * input;
});
