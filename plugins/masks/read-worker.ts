/** Thread that reads masks. */
import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { readMasks } from './mask-reading.ts';

serve(import.meta.url, readMasks);
