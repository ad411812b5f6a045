/** The double's own settings; see README.md. All times in ms. */
export const STORE_HEARTBEAT_MS = milliseconds('DOUBLE_STORE_HEARTBEAT_MS', 10_000);
export const DISCONNECTED_MS = milliseconds('DOUBLE_DISCONNECTED_MS', 20_000);
export const DOWN_MS = milliseconds('DOUBLE_DOWN_MS', 1_800_000);
export const PD_LEASE_MS = milliseconds('DOUBLE_PD_LEASE_MS', 3_000);
export const RAFT_LEASE_MS = milliseconds('DOUBLE_RAFT_LEASE_MS', 9_000);

const dials = JSON.parse(process.env.DOUBLE_DIAL ?? '{}') as Record<string, string>;

/** Where to dial for an advertised `host:port`, or a URL of one. */
export function dialled(address: string): string {
  const advertised = address.replace(/^http:\/\//, '');
  return dials[advertised] ?? advertised;
}

function milliseconds(name: string, byDefault: number): number {
  const value = Number(process.env[name] ?? byDefault);
  if (!(value > 0)) throw new RangeError(`${name} must be above 0`);
  return value;
}
