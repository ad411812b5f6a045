import type { InstanceLabel } from '@ordeal/core';
import { z } from 'zod';
import type { Engine } from './engine.ts';
import { EXECUTION_LABEL, INSTANCE_LABEL, OWNER_LABEL, PLACE_LABEL, TRIAL_LABEL } from './labels.ts';

/** An instance of which an engine has something, as its labels tell: no journal is needed to find it. */
export type LabelledInstance = Omit<InstanceLabel, 'folder'>;

/** A guard that starts waits for it. */
const ANSWER_WITHIN_MS = 8_000;

/** Folders are named after them, and anybody can write labels. */
const name = z.string().regex(/^\w[\w-]*$/);

/** What does not bear all of them is not ours. */
const labels = z.object({
  [INSTANCE_LABEL]: name,
  [OWNER_LABEL]: name,
  [TRIAL_LABEL]: z.string(),
  [EXECUTION_LABEL]: z.coerce.number().int(),
});

/**
 * Every instance of the place of which there is a container, a network or a volume, in whatever state, and whoever made it.
 * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE
 */
export async function findLabelled(engine: Engine, place: string): Promise<LabelledInstance[]> {
  const options = { timeoutMs: ANSWER_WITHIN_MS };
  const filters = { label: [INSTANCE_LABEL, `${PLACE_LABEL}=${place}`] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    engine.call(
      'list containers',
      (docker, abortSignal) => docker.listContainers({ all: true, filters, abortSignal }),
      options,
    ),
    engine.call(
      'list networks',
      (docker, abortSignal) => docker.listNetworks({ filters, abortSignal }),
      options,
    ),
    engine.call(
      'list volumes',
      (docker, abortSignal) => docker.listVolumes({ filters, abortSignal }),
      options,
    ),
  ]);
  const found = [...containers, ...networks, ...(volumes ?? [])].flatMap(({ Labels: given }) => {
    const { data: label } = labels.safeParse(given);
    if (label === undefined) return [];
    return {
      instance: label[INSTANCE_LABEL],
      guard: label[OWNER_LABEL],
      trial: label[TRIAL_LABEL],
      execution: label[EXECUTION_LABEL],
    };
  });
  return [...new Map(found.map((one) => [one.instance, one])).values()];
}
