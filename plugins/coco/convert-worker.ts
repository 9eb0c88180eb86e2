/** A thread that makes lines of items; see convert-items.ts. */
import { serve } from '../../src/plugin-kit/worker-serve.ts';
import type { ConvertJob, ConvertResult, ConvertSetup } from './convert-job.ts';
import { createItemConverter, type ItemConverter } from './item-converter.ts';

let last: { run: number; convert: ItemConverter } | undefined;

serve<ConvertJob, ConvertResult>(import.meta.url, (job) => {
  if (last?.run !== job.run) {
    const setup = JSON.parse(Buffer.from(job.setup).toString('utf8')) as ConvertSetup;
    last = { run: job.run, convert: createItemConverter(setup) };
  }
  return last.convert(job);
});
