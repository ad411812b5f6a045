import { defineConfig } from 'ordeal/config';
import { nothing } from './fault.ts';
import { empty } from './subject.ts';

export default defineConfig({ subjects: [empty], faults: [nothing] });
