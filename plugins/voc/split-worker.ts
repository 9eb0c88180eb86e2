import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { splitMasks } from './split-masks.ts';

serve(import.meta.url, splitMasks);
