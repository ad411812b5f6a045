import picocolors from 'picocolors';
import { showsColors } from './window.ts';

/** For standard output, and for lines that go where it goes. */
export const colors = picocolors.createColors(showsColors(process.stdout));

/** For standard error: the one may be a terminal and the other a file. */
export const errorColors = picocolors.createColors(showsColors(process.stderr));
