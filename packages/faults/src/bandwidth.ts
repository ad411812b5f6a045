import { type BandwidthParams, bandwidthParams } from '@ordeal/catalogue';
import { type Fault, type FaultPlan, type FaultSite, type LinkRule, OrdealError } from '@ordeal/core';
import { type CarriedRate, measureCarriedRate } from './carried-rate.ts';
import { chooseTarget } from './choose-target.ts';
import { linksOf, pingableLinks } from './link-pings.ts';
import { median } from './median.ts';

/** What a probe may see above the limit: clocks and timers may disagree by a millisecond. */
const TOLERANCE_SHARE = 0.1;
/** Routes beside the link must carry so many times the limit, or it was the machine that was slow. */
const BESIDE_TIMES = 2;
/** What a transfer takes in each direction at the limit: many times a healthy one, a fraction of a look. */
const TRANSFER_MS = 80;
/** Fewer would be lost among the messages around them. */
const MIN_TRANSFER_BYTES = 512;

export interface BandwidthPlan extends FaultPlan {
  readonly type: 'bandwidth';
  readonly params: BandwidthParams;
  readonly rules: readonly Extract<LinkRule, { kind: 'rate' }>[];
}

/** Limits the rate of every link to and from one node, its clients' included: each direction of each for itself. */
export const bandwidth: Fault<BandwidthPlan> = {
  type: 'bandwidth',
  needs: ['links'],

  plan(input) {
    const target = chooseTarget(input);
    const params = bandwidthParams.parse(input.params);
    return {
      version: 1,
      type: 'bandwidth',
      injection: input.injection,
      targets: [target],
      params,
      rules: linksOf(input.topology, target.name).map((link) => ({ kind: 'rate', link, kbit: params.kbit })),
    };
  },

  async apply({ injection, rules }, { instance, probe }) {
    if (probe.transfer === undefined) {
      throw new OrdealError(
        'UNSUPPORTED',
        'the subject offers no transfer: nothing could show that it bites',
      );
    }
    await instance.shape(injection, rules);
  },

  async active(plan, site, signal) {
    const { kbit } = plan.params;
    const links = await measureAll(plan, site, signal);
    return { holds: links.every((link) => isLimited(link, kbit)), evidence: { limitKbit: kbit, links } };
  },

  async undo({ injection }, { instance }) {
    await instance.unshape(injection);
  },

  async gone(plan, site, signal) {
    const aboveKbit = plan.params.kbit * BESIDE_TIMES;
    const links = await measureAll(plan, site, signal);
    return {
      holds: links.every(({ kbit, problem }) => problem === null && Math.max(...kbit) > aboveKbit),
      evidence: { aboveKbit, links },
    };
  },
};

/**
 * Errs on the side of no: every single transfer keeps to the limit, while others carry more. There
 * is no lower bound but that all bytes came back: the load is on the link as well, and a probe gets its share only.
 */
function isLimited({ kbit, besideKbit, problem }: CarriedRate, limitKbit: number): boolean {
  return (
    problem === null &&
    Math.max(...kbit) <= limitKbit * (1 + TOLERANCE_SHARE) &&
    median(besideKbit) >= limitKbit * BESIDE_TIMES
  );
}

async function measureAll(plan: BandwidthPlan, site: FaultSite, signal: AbortSignal): Promise<CarriedRate[]> {
  const touched = plan.rules.map(({ link }) => link);
  const links = pingableLinks(site.instance.topology, touched);
  // Bits per millisecond are kilobits per second.
  const bytes = Math.max(MIN_TRANSFER_BYTES, Math.ceil((plan.params.kbit * TRANSFER_MS) / 8));
  return Promise.all(links.map((link) => measureCarriedRate(site, link, touched, bytes, signal)));
}
