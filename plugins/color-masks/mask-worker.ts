/** Thread that decodes masks. */
import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { labelMaskFile } from './mask-job.ts';

serve(import.meta.url, labelMaskFile);
