import { describeError, OrdealError } from '@ordeal/core';
import { type Chain, foreignRules, ownChains, transition } from './rule-set.ts';
import { runProgram } from './run-program.ts';

export type Family = 'ipv4' | 'ipv6';

/** Who else holds the lock of the legacy tables holds it for milliseconds. */
const LOCK_SECONDS = '2';
/** The default one first; where the kernel cannot do what it wants, the image may have the other. */
const VARIANTS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['iptables', 'iptables-nft', 'iptables-legacy'],
  ipv6: ['ip6tables', 'ip6tables-nft', 'ip6tables-legacy'],
};

/** The packet filter of this namespace, for one address family. Changes must not overlap. */
export class PacketFilter {
  readonly #variant: string;

  private constructor(variant: string) {
    this.#variant = variant;
  }

  /** @throws OrdealError UNSUPPORTED when no iptables here can work with this kernel, or we may not */
  static async open(family: Family): Promise<PacketFilter> {
    const reasons: string[] = [];
    for (const variant of VARIANTS[family]) {
      try {
        const filter = new PacketFilter(variant);
        await filter.#restore('*filter\nCOMMIT\n');
        return filter;
      } catch (error) {
        reasons.push(describeError(error));
      }
    }
    throw new OrdealError('UNSUPPORTED', `no packet filter for ${family}: ${reasons.join('; ')}`);
  }

  /**
   * Makes these the only chains of ours.
   * @param judge is told the rules that others have, before anything is done; what it throws is thrown
   */
  async set(chains: readonly Chain[], judge: (foreign: string[]) => void): Promise<void> {
    const saved = await this.#save();
    judge(foreignRules(saved));
    const input = transition(saved, chains);
    if (input !== '') await this.#restore(input);
  }

  /** Our chains as the kernel has them, as `table/chain`. */
  async look(): Promise<Record<string, string[]>> {
    return ownChains(await this.#save());
  }

  #save(): Promise<string> {
    return runProgram(`${this.#variant}-save`, []);
  }

  async #restore(input: string): Promise<void> {
    await runProgram(`${this.#variant}-restore`, ['--noflush', '-w', LOCK_SECONDS], input);
  }
}
