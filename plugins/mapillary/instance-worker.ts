/** Thread that decodes masks. */
import { serve } from '../../src/plugin-kit/worker-serve.ts';
import { labelInstances } from './instance-job.ts';

serve(import.meta.url, labelInstances);
