import type { FaultEntry } from '@ordeal/core';
import { z } from 'zod';

export const processPauseParams = z.strictObject({});

export const processPause: FaultEntry = {
  type: 'process_pause',
  title: 'Stop every process of a node where it stands',
  kind: 'condition',
  params: processPauseParams,
};
