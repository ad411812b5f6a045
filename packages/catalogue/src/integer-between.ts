import { z } from 'zod';

/**
 * A whole number within bounds, both included. One message for every way of missing it, so that a person who
 * wrote `"2"`, `2.5` or `11` learns the whole rule at once.
 */
export function integerBetween(min: number, max: number): z.ZodInt {
  const error = `must be an integer from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}
