import { defineConfig } from 'ordeal/config';
import { clientCut } from './fault.ts';
import { shop } from './subject.ts';

export default defineConfig({
  subjects: [shop],
  faults: [clientCut],
  limits: { maxParallel: 4 },
});
