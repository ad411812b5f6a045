import { type Address, type FaultSite, type Link, monotonicMs } from '@ordeal/core';
import { answerWithin, firstPort, linkName, problemOf } from './link-pings.ts';

/** One after the other: a stall of a busy machine slows down one of them, a limit every one. */
const SAMPLES = 3;
/** No new one is begun after this: on a slow and busy link there is time for one or two. */
const BEGIN_WITHIN_MS = 900;
/** Within a guard's look. */
const TIMEOUT_MS = 2_500;

/** What a link carries, in kilobits a second, there and back. A type and not an interface, so that it is plain JSON. */
export type CarriedRate = {
  readonly link: string;
  /** Of each transfer through the link. */
  readonly kbit: number[];
  /** Of each transfer to the node's own address, which began together with the one through the link. */
  readonly directKbit: number[];
  readonly problem: string | null;
};

/** Measures one link by transfers of so many bytes in each direction. */
export async function measureCarriedRate(
  site: FaultSite,
  link: Link,
  bytes: number,
  signal: AbortSignal,
): Promise<CarriedRate> {
  const { instance, probe } = site;
  const transferTo = (address: Address) =>
    answerWithin(TIMEOUT_MS, signal, async (deadline) => {
      if (probe.transfer === undefined) throw new Error('the subject offers no transfer');
      return probe.transfer(link.to, address, bytes, deadline);
    });
  const own = instance.observer.address(link.to, firstPort(instance.topology, link.to));
  const kbit: number[] = [];
  const directKbit: number[] = [];
  const untilMs = monotonicMs() + BEGIN_WITHIN_MS;
  for (let sample = 0; sample < SAMPLES && monotonicMs() < untilMs; sample += 1) {
    const [through, direct] = await Promise.all([transferTo(instance.dial(link)), transferTo(own)]);
    const problem =
      problemOf(direct, `${link.to} itself`) ?? problemOf(through, `${link.to} through the link`);
    if (problem !== undefined) return { link: linkName(link), kbit, directKbit, problem };
    if (through.kind === 'answered') kbit.push(kbitOf(bytes, through.ms));
    if (direct.kind === 'answered') directKbit.push(kbitOf(bytes, direct.ms));
  }
  return { link: linkName(link), kbit, directKbit, problem: null };
}

/** Bits per millisecond are kilobits per second; the bytes went there and back. */
function kbitOf(bytes: number, ms: number): number {
  return Math.round((2 * bytes * 8) / ms);
}
