/** `--name=value` flags, as pd-server and tikv-server take them; those that are not asked for are ignored. */
export function readFlags(args: readonly string[]): (name: string) => string {
  const flags = new Map(
    args.map((arg) => {
      const [, name = '', value = ''] = /^--([a-z-]+)=(.*)$/s.exec(arg) ?? [];
      return [name, value] as const;
    }),
  );
  return (name) => {
    const value = flags.get(name);
    if (value === undefined || value === '') throw new Error(`--${name} is missing`);
    return value;
  };
}

/** `http://pd0:2379` and `pd0:2379` alike. */
export function hostAndPort(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url.includes('://') ? url : `http://${url}`);
  return { host: hostname, port: Number(port) };
}
