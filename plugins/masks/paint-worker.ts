/** Thread that draws masks. */
import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { buffersOf, paintMasks } from './mask-painting.ts';

serve(import.meta.url, paintMasks, buffersOf);
