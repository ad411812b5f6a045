import { type PacketLossParams, packetLossParams } from '@ordeal/catalogue';
import type { Fault, FaultPlan, FaultSite, LinkRule } from '@ordeal/core';
import { surelyReached } from './binomial.ts';
import { chooseTarget } from './choose-target.ts';
import { linksOf, pingableLinks } from './link-pings.ts';
import { countStalls, type Stalls } from './stalls.ts';

/** The least that cannot be lost without a resend: a connect, its answer, a request, its answer. */
const PACKETS_PER_PING = 4;
/** With so many expected to stall, a look sees one or none in less than 1 of 10^4. */
const EXPECTED_STALLS = 12;
/** How seldom a look may take the loss that was asked for to be a smaller one. */
const MISSED_LOOKS = 1e-3;
/** Up to here some pings get through in time: where none does the link is cut, and not lossy. */
const ANSWERED_UP_TO_PERCENT = 30;

export interface PacketLossPlan extends FaultPlan {
  readonly type: 'packet_loss';
  readonly params: PacketLossParams;
  readonly rules: readonly Extract<LinkRule, { kind: 'loss' }>[];
}

/** Loses packets on every link to and from one node, its clients' included: in each direction the given share. */
export const packetLoss: Fault<PacketLossPlan> = {
  type: 'packet_loss',
  needs: ['links', 'packets'],

  plan(input) {
    const target = chooseTarget(input);
    const params = packetLossParams.parse(input.params);
    const { percent } = params;
    return {
      version: 1,
      type: 'packet_loss',
      injection: input.injection,
      targets: [target],
      params,
      rules: linksOf(input.topology, target.name).map((link) => ({ kind: 'loss', link, percent })),
    };
  },

  async apply({ injection, rules }, { instance }) {
    await instance.shape(injection, rules);
  },

  async active(plan, site, signal) {
    const { percent } = plan.params;
    const { atLeast } = sampleFor(percent);
    const links = await countAll(plan, site, signal);
    return {
      holds: links.every((link) => isLossy(link, percent, atLeast)),
      evidence: { percent, atLeast, links },
    };
  },

  async undo({ injection }, { instance }) {
    await instance.unshape(injection);
  },

  async gone(plan, site, signal) {
    // Far below what counts as lossy, so that one link cannot be both: a busy machine stalls a ping now and then.
    const atMost = Math.floor((sampleFor(plan.params.percent).atLeast - 1) / 2);
    const links = await countAll(plan, site, signal);
    return {
      holds: links.every(
        ({ stalled, silent, problem }) => stalled <= atMost && silent === 0 && problem === null,
      ),
      evidence: { atMost, links },
    };
  },
};

function isLossy({ stalled, silent, pings, problem }: Stalls, percent: number, atLeast: number): boolean {
  if (problem !== null || stalled < atLeast) return false;
  return percent > ANSWERED_UP_TO_PERCENT || silent < pings;
}

/**
 * How many pings show the loss, and how many of them surely stall. A ping may take more packets than we reckon with:
 * then more stall.
 */
function sampleFor(percent: number): { pings: number; atLeast: number } {
  const stallChance = 1 - (1 - percent / 100) ** PACKETS_PER_PING;
  const pings = Math.ceil(EXPECTED_STALLS / stallChance);
  return { pings, atLeast: surelyReached(pings, stallChance, MISSED_LOOKS) };
}

async function countAll({ rules, params }: PacketLossPlan, site: FaultSite, signal: AbortSignal) {
  const touched = rules.map(({ link }) => link);
  const links = pingableLinks(site.instance.topology, touched);
  const { pings } = sampleFor(params.percent);
  return Promise.all(links.map((link) => countStalls(site, link, touched, pings, signal)));
}
