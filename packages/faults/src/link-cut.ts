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
import { linkName, ping, pingableLinks, routesBeside, routeThrough, SILENCE_MS } from './link-pings.ts';

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
      return lookAtAll(plan, site, async (link, touched) => {
        const [through, ...beside] = await Promise.all(
          [routeThrough(site, link), ...routesBeside(site, link, touched)].map((route) =>
            ping(site, route, SILENCE_MS, signal),
          ),
        );
        // Silence is evidence only while others speak: a node that is dead or stalled is silent, too, and so is
        // each link of a machine that is too busy.
        const holds = through?.kind === 'silent' && beside.every(({ kind }) => kind === 'answered');
        return { holds, evidence: { link: linkName(link), through: through ?? null, beside } };
      });
    },

    async undo({ injection }, { instance }) {
      await instance.unshape(injection);
    },

    async gone(plan, site, signal) {
      return lookAtAll(plan, site, async (link) => {
        const through = await ping(site, routeThrough(site, link), ANSWER_MS, signal);
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
  look: (link: Link, touched: readonly Link[]) => Promise<Finding>,
): Promise<Finding> {
  const touched = plan.rules.map(({ link }) => link);
  const links = pingableLinks(instance.topology, touched);
  const findings = await Promise.all(links.map((link) => look(link, touched)));
  return {
    holds: findings.every(({ holds }) => holds),
    evidence: { links: findings.map(({ evidence }) => evidence) },
  };
}
