/** Thread that reads masks of ids. */
import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { readIdMasks } from './id-masks.ts';

serve(import.meta.url, readIdMasks);
