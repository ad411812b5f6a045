import type { CensoredTime } from './censored-time.ts';

/**
 * Weeks in remission of 42 children with leukaemia, in pairs: Freireich et al. (1963, Blood 21:699), as printed in
 * Cox and Oakes, Analysis of Survival Data, table 1.1. For tests: the most published survival data there are.
 */
export const SIX_MP: CensoredTime[] = [
  ...[6, 6, 6, 7, 10, 13, 16, 22, 23].map((ms) => ({ ms, censored: false })),
  ...[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((ms) => ({ ms, censored: true })),
];

export const PLACEBO: CensoredTime[] = [
  1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
].map((ms) => ({ ms, censored: false }));
