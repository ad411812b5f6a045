import type { Operator } from '@ordeal/core';

/** Does and says nothing: beside `none` it shows what the machinery around an operator costs by itself. */
export const nop: Operator = { name: 'nop', engage: async () => {} };
