import type { FaultSite, Link } from '@ordeal/core';
import { linkName, type PingResult, pingDirect, pingThrough } from './link-pings.ts';

/** An odd number has a middle; five medians of a noisy machine agree within a few milliseconds. */
const SAMPLES = 5;

/** The round-trip time that a link adds, by its median. A type and not an interface, so that it is plain JSON. */
export type AddedTime = {
  readonly link: string;
  /** Null when a ping got no answer. */
  readonly addedMs: number | null;
  /** How far the direct round trips lay apart: what is smaller than that cannot be told from noise. */
  readonly noiseMs: number | null;
  readonly throughMs: number[];
  readonly directMs: number[];
  readonly problem: string | null;
};

/**
 * Measures one link: application round trips through it against such to the node's own address. The samples of
 * one kind go out together, because on a slow link one after the other would outlast every deadline.
 */
export async function measureAddedTime(
  site: FaultSite,
  link: Link,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<AddedTime> {
  const direct = await sample(() => pingDirect(site, link.to, timeoutMs, signal));
  const through = await sample(() => pingThrough(site, link, timeoutMs, signal));
  const directMs = answered(direct);
  const throughMs = answered(through);
  const problem = problemOf(direct, `${link.to} itself`) ?? problemOf(through, `${link.to} through the link`);
  return {
    link: linkName(link),
    addedMs: problem === null ? rounded(median(throughMs) - median(directMs)) : null,
    noiseMs: problem === null ? rounded(Math.max(...directMs) - Math.min(...directMs)) : null,
    throughMs: throughMs.map(rounded),
    directMs: directMs.map(rounded),
    problem,
  };
}

function sample(ping: () => Promise<PingResult>): Promise<PingResult[]> {
  return Promise.all(Array.from({ length: SAMPLES }, ping));
}

function answered(results: readonly PingResult[]): number[] {
  return results.flatMap((result) => (result.kind === 'answered' ? [result.ms] : []));
}

function problemOf(results: readonly PingResult[], whom: string): string | null {
  for (const result of results) {
    if (result.kind === 'failed') return `${whom}: ${result.error}`;
    if (result.kind === 'silent') return `${whom}: no answer in time`;
  }
  return null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
