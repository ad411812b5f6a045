import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { OrdealError } from '@ordeal/core';
import { type Family, PacketFilter } from './packet-filter.ts';
import { isPacketRule, packetChains } from './packet-rules.ts';
import { PeerProxies, resetFlows } from './peer-proxies.ts';
import type { AgentLook, AgentPeer, AgentRule, RuleMeans } from './protocol.ts';
import { lookForQueues } from './queues.ts';
import type { Chain } from './rule-set.ts';

/**
 * The rules on the links that this namespace is an end of, of all injections. Of several, packets that one drops are
 * gone, losses multiply, delays add up and the lowest rate holds.
 *
 * A cut and a loss drop packets; flows live through them as TCP lets them. A delay and a rate lead connections through
 * a proxy: established ones are reset for it, and those that it carries go on when the rules are gone.
 */
export class NamespaceLinks {
  readonly #injections = new Map<string, readonly AgentRule[]>();
  readonly #proxies = new PeerProxies();
  readonly #filters = new Map<Family, Promise<PacketFilter>>();
  #last: Promise<unknown> = Promise.resolve();

  /** Takes away what an agent that was killed has left here. */
  clear(): Promise<void> {
    return this.#inTurn(() => this.#enforce());
  }

  /**
   * Puts the injection's rules in place of those that it has; returns how each is in force.
   * @throws OrdealError UNSUPPORTED when this namespace has no packet filter that works, TARGET_FAILED when others have
   * rules in it; then no rule is in force
   */
  shape(injection: string, rules: readonly AgentRule[]): Promise<RuleMeans[]> {
    return this.#inTurn(async () => {
      if (rules.length === 0) {
        if (this.#injections.has(injection)) await this.#drop(injection);
        return [];
      }
      try {
        this.#injections.set(injection, rules);
        const queues = lookForQueues();
        queues.catch(() => {});
        // Nobody is led through them yet.
        const fresh = await this.#proxies.shape(
          injection,
          rules.filter((rule) => !isPacketRule(rule)),
        );
        mustBeNone(await queues);
        await this.#enforce(this.#families(), mustBeNone);
        await resetFlows(fresh);
      } catch (error) {
        // Whoever asked will undo it once more, and hear of it should that fail.
        await this.#drop(injection).catch(() => {});
        throw error;
      }
      return rules.map((rule) => (isPacketRule(rule) ? 'iptables' : 'proxy'));
    });
  }

  /** Takes the injection's rules away, and no others. Idempotent. */
  unshape(injection: string): Promise<void> {
    return this.#inTurn(() => this.#drop(injection));
  }

  /** What the kernel has of ours, and the proxies. */
  look(): Promise<Pick<AgentLook, 'chains' | 'proxies'>> {
    return this.#inTurn(async () => {
      const perFamily = await Promise.all(
        this.#families().map(async (family) => {
          const chains = await (await this.#filter(family)).look();
          return Object.entries(chains).map(([name, rules]) => [`${family}/${name}`, rules] as const);
        }),
      );
      return { chains: Object.fromEntries(perFamily.flat()), proxies: this.#proxies.look() };
    });
  }

  /** Takes all rules away and ends the proxies, with what goes through them. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      for (const injection of this.#injections.keys()) this.#proxies.unshape(injection);
      this.#injections.clear();
      // Where none could be opened there is nothing of ours.
      const opened = [...this.#filters.keys()];
      try {
        await this.#enforce(opened);
      } finally {
        // Before their way on is gone: the other side must hear of the end.
        await this.#proxies.close();
        await this.#enforce(opened);
      }
    });
  }

  async #drop(injection: string): Promise<void> {
    this.#injections.delete(injection);
    this.#proxies.unshape(injection);
    await this.#enforce();
  }

  /** Makes the kernel have the rules as they are now. @param judge what to do about those of others; default: nothing */
  async #enforce(families = this.#families(), judge: (foreign: string[]) => void = () => {}): Promise<void> {
    await Promise.all(
      families.map(async (family) => (await this.#filter(family)).set(this.#chains(family), judge)),
    );
    await this.#proxies.retire();
  }

  #chains(family: Family): Chain[] {
    const belongs = ({ host }: AgentPeer) => isIPv6(host) === (family === 'ipv6');
    const packets = [...this.#injections].flatMap(([injection, rules]) =>
      packetChains(
        injection,
        rules.filter(isPacketRule).filter(({ peer }) => belongs(peer)),
      ),
    );
    // Those that come later are asked first: what is cut off is not reset.
    return [...this.#proxies.chains(belongs), ...packets];
  }

  /** Those that this namespace has. */
  #families(): Family[] {
    const addresses = '/proc/net/if_inet6';
    const hasIpv6 = existsSync(addresses) && readFileSync(addresses, 'utf8') !== '';
    return hasIpv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  }

  #filter(family: Family): Promise<PacketFilter> {
    const known = this.#filters.get(family);
    if (known !== undefined) return known;
    const opened = PacketFilter.open(family);
    this.#filters.set(family, opened);
    // The next one who asks tries again.
    opened.catch(() => this.#filters.delete(family));
    return opened;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** What somebody else does to the links would be measured as our doing, and nobody could tell when it ends. */
function mustBeNone([first, ...more]: string[]): void {
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  throw new OrdealError(
    'TARGET_FAILED',
    `somebody else has rules on this node's links (${first}${others}): take them away`,
  );
}
