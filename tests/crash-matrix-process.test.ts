import { crashMatrixOn } from './crash/crash-matrix.ts';

crashMatrixOn('process');
