import { expect, it } from 'vitest';
import { createProcessor } from './processor.ts';

it('has the three plain parameters without which BullMQ passes no signal', () => {
  const processor = createProcessor({
    handler: async () => ({ kind: 'done' }),
    onProblem: () => {},
    mayTake: () => true,
    onHeld: () => {},
  });
  expect(processor).toHaveLength(3);
});
