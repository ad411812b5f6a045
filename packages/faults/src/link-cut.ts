import type { NetworkPartitionParams } from '@ordeal/catalogue';
import {
  type Fault,
  type FaultPlan,
  type FaultSite,
  type Finding,
  type JsonObject,
  type Link,
  type LinkRule,
  OrdealError,
} from '@ordeal/core';
import { choosePeers } from './choose-peers.ts';
import { chooseTarget } from './choose-target.ts';
import { linkName, pingableLinks, pingDirect, pingThrough, SILENCE_MS } from './link-pings.ts';

const ANSWER_MS = 2_000;

type Cut = Extract<LinkRule, { kind: 'cut' }>;

export interface LinkCutPlan extends FaultPlan {
  readonly rules: readonly Cut[];
}

/**
 * A fault that cuts links of one node.
 * @param read gives its validated parameters, and what is cut with them in the words of a network partition
 */
export function linkCut(
  type: string,
  read: (params: JsonObject) => { params: JsonObject; cut: NetworkPartitionParams },
): Fault<LinkCutPlan> {
  return {
    type,
    needs: ['links'],

    plan(input) {
      const target = chooseTarget(input);
      const { params, cut } = read(input.params);
      const { topology } = input;
      const peers = new Set(choosePeers(topology, target.name, cut, input.random));
      const links = topology.links.filter(
        ({ from, to }) => (from === target.name && peers.has(to)) || (to === target.name && peers.has(from)),
      );
      if (links.length === 0) {
        throw new OrdealError(
          'UNSUPPORTED',
          `${target.name} has no links to cut with ${cut.peers} of its peers`,
        );
      }
      pingableLinks(topology, links);
      return {
        version: 1,
        type,
        injection: input.injection,
        targets: [target],
        params,
        rules: links.map((link) => ({
          kind: 'cut',
          link,
          direction: directionOnLink(link, target.name, cut.direction),
        })),
      };
    },

    async apply({ injection, rules }, { instance }) {
      await instance.shape(injection, rules);
    },

    async active(plan, site, signal) {
      return lookAtAll(plan, site, async (link) => {
        const [through, direct] = await Promise.all([
          pingThrough(site, link, SILENCE_MS, signal),
          pingDirect(site, link.to, SILENCE_MS, signal),
        ]);
        // Silence through the link is evidence only while the node itself speaks: a dead or stalled one is silent, too.
        const holds = through.kind === 'silent' && direct.kind === 'answered';
        return { holds, evidence: { link: linkName(link), through, direct } };
      });
    },

    async undo({ injection }, { instance }) {
      await instance.unshape(injection);
    },

    async gone(plan, site, signal) {
      return lookAtAll(plan, site, async (link) => {
        const through = await pingThrough(site, link, ANSWER_MS, signal);
        return { holds: through.kind === 'answered', evidence: { link: linkName(link), through } };
      });
    },
  };
}

/** `in` and `out` are seen from the target; forward and backward from whoever dials. */
function directionOnLink(
  link: Link,
  target: string,
  direction: NetworkPartitionParams['direction'],
): Cut['direction'] {
  if (direction === 'both') return 'both';
  const flowsToTarget = link.to === target ? 'forward' : 'backward';
  const flowsFromTarget = link.to === target ? 'backward' : 'forward';
  return direction === 'in' ? flowsToTarget : flowsFromTarget;
}

async function lookAtAll(
  plan: LinkCutPlan,
  { instance }: FaultSite,
  look: (link: Link) => Promise<Finding>,
): Promise<Finding> {
  const links = pingableLinks(
    instance.topology,
    plan.rules.map(({ link }) => link),
  );
  const findings = await Promise.all(links.map(look));
  return {
    holds: findings.every(({ holds }) => holds),
    evidence: { links: findings.map(({ evidence }) => evidence) },
  };
}
