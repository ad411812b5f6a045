import { OrdealError } from '@ordeal/core';

/** Room for 29 nodes; a pool of 16 bits gives 2,048 of them. */
const SUBNET_BITS = 27;
const SUBNET_SIZE = 2 ** (32 - SUBNET_BITS);
/** That of 8 bits. */
const LARGEST_POOL = 2 ** 24;

/** An instance's own piece of the pool. */
export class Subnet {
  readonly #base: number;

  constructor(base: number) {
    this.#base = base;
  }

  get range(): AddressRange {
    return { base: this.#base, end: this.#base + SUBNET_SIZE };
  }

  /** `10.201.3.32/27` */
  get cidr(): string {
    return `${textOf(this.#base)}/${SUBNET_BITS}`;
  }

  /** The engine's own address. */
  get gateway(): string {
    return textOf(this.#base + 1);
  }

  /** The address of the node at that place in the topology. @throws OrdealError UNSUPPORTED when there is none left */
  host(index: number): string {
    if (index + 3 >= SUBNET_SIZE) {
      throw new OrdealError('UNSUPPORTED', `a subject has at most ${SUBNET_SIZE - 3} nodes on docker`);
    }
    return textOf(this.#base + 2 + index);
  }
}

/** Every subnet of a pool such as `10.201.0.0/16`, in order. @throws OrdealError BAD_INPUT when it is none */
export function subnetsOf(pool: string): Subnet[] {
  const range = rangeOf(pool);
  const size = range === undefined ? 0 : range.end - range.base;
  if (range === undefined || size < SUBNET_SIZE || size > LARGEST_POOL) {
    throw new OrdealError('BAD_INPUT', `${pool} is no pool of subnets: write such as 10.201.0.0/16`);
  }
  return Array.from(
    { length: size / SUBNET_SIZE },
    (_, index) => new Subnet(range.base + index * SUBNET_SIZE),
  );
}

/** Addresses as numbers, from the first up to and without the last. */
export interface AddressRange {
  readonly base: number;
  readonly end: number;
}

/** The addresses of an IPv4 network such as `10.201.0.0/16`; undefined when the text is none. */
export function rangeOf(network: string): AddressRange | undefined {
  const [, a, b, c, d, bits] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(network) ?? [];
  const bytes = [a, b, c, d].map(Number);
  const prefix = Number(bits);
  if (bits === undefined || bytes.some((byte) => byte > 255) || prefix > 32) return undefined;
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix);
  const base = Math.floor(address / size) * size;
  return { base, end: base + size };
}

export function overlap(one: AddressRange, other: AddressRange): boolean {
  return one.base < other.end && other.base < one.end;
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
