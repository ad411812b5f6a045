import { OrdealError } from '@ordeal/core';

/** Room for 29 nodes; a pool of 16 bits gives 2,048 of them. */
const SUBNET_BITS = 27;
const SUBNET_SIZE = 2 ** (32 - SUBNET_BITS);

/** An instance's own piece of the pool. */
export class Subnet {
  readonly #base: number;

  constructor(base: number) {
    this.#base = base;
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
  const [, a, b, c, d, bits] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(pool) ?? [];
  const bytes = [a, b, c, d].map(Number);
  const prefix = Number(bits);
  if (bits === undefined || bytes.some((byte) => byte > 255) || prefix > SUBNET_BITS || prefix < 8) {
    throw new OrdealError('BAD_INPUT', `${pool} is no pool of subnets: write such as 10.201.0.0/16`);
  }
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix);
  const base = Math.floor(address / size) * size;
  return Array.from({ length: size / SUBNET_SIZE }, (_, index) => new Subnet(base + index * SUBNET_SIZE));
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
