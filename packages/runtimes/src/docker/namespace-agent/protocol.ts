import { type ErrorCode, isErrorCode, type VolumeLook } from '@ordeal/core';
import { z } from 'zod';

/*
 * Newline JSON. A request is `{id, verb, ...}`; its answer is `{id, ok: true, answer}` or
 * `{id, ok: false, error: {code, message}}`. Answers may come in another order than the requests.
 */

/**
 * Said before it undoes everything, because it was told to end by somebody else, such as an engine that stops: from here
 * on the node's links are not as it was told to make them.
 */
export const FAREWELL = '"farewell"';

/**
 * The argument of an agent that owns its container: it stays, with all undone, when its guard is gone. Otherwise all nodes
 * of an instance would leave their network at once, and that some engines cannot count.
 */
export const STAY = '--stay';

const port = z.number().int().min(1).max(65_535);
/** An IP address and no name: who is hit must not depend on what a name resolves to just then. */
const ip = z.union([z.ipv4(), z.ipv6()]);
const link = z.object({ from: z.string(), to: z.string(), port: z.string() });

const linkEnds = {
  link,
  /** The address dialled from this namespace. For a loss at the listener: the dialler's host, the listener's port. */
  peer: z.object({ host: ip, port }),
};

const agentRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cut'), ...linkEnds, direction: z.enum(['forward', 'backward', 'both']) }),
  z.object({
    kind: z.literal('loss'),
    ...linkEnds,
    percent: z.number().positive().max(100),
    /** Which end of the link this namespace is: what arrives here is lost. */
    end: z.enum(['dialler', 'listener']),
  }),
  z.object({
    kind: z.literal('delay'),
    ...linkEnds,
    minMs: z.number().min(0),
    maxMs: z.number().min(0),
    seed: z.string(),
  }),
  z.object({ kind: z.literal('rate'), ...linkEnds, kbit: z.number().positive() }),
]);

/** A link rule of the contract, as the agent in the namespace of one of the link's ends is told it. */
export type AgentRule = z.infer<typeof agentRule>;
export type AgentPeer = AgentRule['peer'];

const injection = z.string().min(1);
const path = z.string().startsWith('/');

const verbs = {
  /** Forwards connections from a port of this namespace to the address, by the way that its node would take. */
  relay: z.object({ to: z.object({ host: z.string().min(1), port }) }),
  /** Puts the injection's rules in place of those that it has. */
  shape: z.object({ injection, rules: z.array(agentRule) }),
  unshape: z.object({ injection }),
  look: z.object({}),
  fill: z.object({ injection, path, percent: z.number().positive().max(100) }),
  free: z.object({ injection, path }),
  volume: z.object({ path }),
};

const id = z.number().int();

const { relay, shape, unshape, look, fill, free, volume } = verbs;
export const agentRequest = z.discriminatedUnion('verb', [
  relay.extend({ id, verb: z.literal('relay') }),
  shape.extend({ id, verb: z.literal('shape') }),
  unshape.extend({ id, verb: z.literal('unshape') }),
  look.extend({ id, verb: z.literal('look') }),
  fill.extend({ id, verb: z.literal('fill') }),
  free.extend({ id, verb: z.literal('free') }),
  volume.extend({ id, verb: z.literal('volume') }),
]);
export type AgentRequest = z.infer<typeof agentRequest>;

export const agentAnswer = z.discriminatedUnion('ok', [
  z.object({ id, ok: z.literal(true), answer: z.unknown() }),
  z.object({
    /** Null: the line was no request. */
    id: id.nullable(),
    ok: z.literal(false),
    error: z.object({
      code: z.string().transform((code): ErrorCode => (isErrorCode(code) ? code : 'INTERNAL')),
      message: z.string(),
    }),
  }),
]);

/** By what a rule is in force. */
export type RuleMeans = 'iptables' | 'proxy';

/** What is asked with each verb, and what is answered. */
export interface AgentVerbs {
  relay: { readonly body: z.infer<typeof relay>; readonly answer: { readonly port: number } };
  shape: {
    readonly body: { readonly injection: string; readonly rules: readonly AgentRule[] };
    /** Of each rule, in their order. */
    readonly answer: { readonly how: readonly RuleMeans[] };
  };
  unshape: { readonly body: z.infer<typeof unshape>; readonly answer: Record<string, never> };
  look: { readonly body: z.infer<typeof look>; readonly answer: AgentLook };
  fill: { readonly body: z.infer<typeof fill>; readonly answer: Record<string, never> };
  free: { readonly body: z.infer<typeof free>; readonly answer: Record<string, never> };
  volume: { readonly body: z.infer<typeof volume>; readonly answer: VolumeLook };
}
export type AgentVerb = keyof AgentVerbs;

/** What is true in the namespace now; of the packet filter, as the kernel tells it. */
export interface AgentLook {
  /** Our chains, as `table/chain`, with the rules in them. */
  readonly chains: Readonly<Record<string, readonly string[]>>;
  readonly proxies: readonly {
    readonly peer: AgentPeer;
    /** New connections from this namespace to the peer are led through it. */
    readonly isInUse: boolean;
    readonly connections: number;
  }[];
  readonly relays: readonly { readonly to: AgentPeer; readonly port: number }[];
}
