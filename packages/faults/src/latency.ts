import { type LatencyParams, latencyParams } from '@ordeal/catalogue';
import type { Fault, FaultPlan, FaultSite, Finding, LinkRule } from '@ordeal/core';
import { type AddedTime, measureAddedTimes } from './added-time.ts';
import { chooseTarget } from './choose-target.ts';
import { linksOf, pingableLinks } from './link-pings.ts';

/** A proxy's own hop and a busy machine's scheduling; the rest is proportional. */
const TOLERANCE_MS = 20;
const TOLERANCE_SHARE = 0.1;
/** Below it an added round trip cannot be told from noise. */
const RESOLUTION_MS = 2;

export interface LatencyPlan extends FaultPlan {
  readonly type: 'latency';
  readonly params: LatencyParams;
  readonly rules: readonly Extract<LinkRule, { kind: 'delay' }>[];
}

/** Slows down every link to and from one node, its clients' included. */
export const latency: Fault<LatencyPlan> = {
  type: 'latency',
  needs: ['links'],

  plan(input) {
    const target = chooseTarget(input);
    const params = latencyParams.parse(input.params);
    const links = linksOf(input.topology, target.name);
    const seed = String(Math.floor(input.random() * 2 ** 32));
    return {
      version: 1,
      type: 'latency',
      injection: input.injection,
      targets: [target],
      params,
      rules: links.map((link) => ({
        kind: 'delay',
        link,
        minMs: params.min_ms,
        maxMs: params.max_ms,
        seed,
      })),
    };
  },

  async apply({ injection, rules }, { instance }) {
    await instance.shape(injection, rules);
  },

  async active(plan, site, signal) {
    if (isNothing(plan)) return NOTHING;
    const links = await measureAll(plan, site, signal);
    return {
      holds: links.every((link) => bites(link, plan.params)),
      evidence: { ...boundsOf(plan.params), links },
    };
  },

  async undo({ injection }, { instance }) {
    await instance.unshape(injection);
  },

  async gone(plan, site, signal) {
    if (isNothing(plan)) return NOTHING;
    // Half of what counts as biting, so that one link cannot be both.
    const belowMs = Math.max(boundsOf(plan.params).atLeastMs / 2, RESOLUTION_MS);
    const links = await measureAll(plan, site, signal);
    return {
      holds: links.every(({ addedMs }) => addedMs !== null && addedMs <= belowMs),
      evidence: { belowMs, links },
    };
  },
};

/** Zero added time is what a healthy link adds: active and gone at once, with nothing for a probe to see. */
const NOTHING: Finding = { holds: true, evidence: { links: [], trivial: true } };

function isNothing({ params }: LatencyPlan): boolean {
  return params.max_ms === 0;
}

/**
 * Where the median of the added round trips must lie. A draw between 0 and 150 ms may be 0, but the median of
 * several is not: without a lower bound above zero, a fault that does nothing would pass.
 */
function boundsOf({ min_ms, max_ms }: LatencyParams): { atLeastMs: number; atMostMs: number } {
  const toleranceMs = TOLERANCE_MS + max_ms * TOLERANCE_SHARE;
  return {
    atLeastMs: Math.max(min_ms - toleranceMs, max_ms / 5, RESOLUTION_MS),
    atMostMs: max_ms + toleranceMs,
  };
}

/** Errs on the side of no: the guard looks again, but a fault that does nothing must never pass for one that acts. */
function bites({ addedMs, fastestMs, noiseMs, isClear }: AddedTime, params: LatencyParams): boolean {
  if (addedMs === null || fastestMs === null || noiseMs === null || !isClear) return false;
  // Never undercut by a real delay, not even once. The clocks of timers may disagree by a millisecond.
  if (fastestMs < params.min_ms - 1) return false;
  const { atLeastMs, atMostMs } = boundsOf(params);
  // A busy machine adds to a delay, and takes nothing from it.
  return addedMs >= atLeastMs && addedMs <= atMostMs + noiseMs;
}

async function measureAll(plan: LatencyPlan, site: FaultSite, signal: AbortSignal) {
  const touched = plan.rules.map(({ link }) => link);
  const links = pingableLinks(site.instance.topology, touched);
  // A ping may take more than one trip. What does not answer must not cost the whole look.
  const timeoutMs = 1_500 + 4 * plan.params.max_ms;
  return measureAddedTimes(site, links, touched, timeoutMs, signal);
}
