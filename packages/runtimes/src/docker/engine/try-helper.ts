import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { within } from '@ordeal/core';
import type { Engine } from './engine.ts';

/** A busy engine takes seconds to start a container. */
const WITHIN_MS = 20_000;
/**
 * One line for each: its name, and `ok` or what the kernel or the image says against it. The namespace is the container's own,
 * and ends with it.
 */
const SCRIPT = `
for v in nft legacy; do
  said=$(printf '*filter\\nCOMMIT\\n' | iptables-$v-restore --noflush 2>&1) && said=ok
  echo "iptables-$v $said" | tr '\\n' ' '; echo
done
said=$(tc qdisc add dev lo root netem delay 1ms 2>&1) && said=ok
echo "netem $said" | tr '\\n' ' '; echo
`;

/** What a helper can do on the engine. */
export interface HelperTrial {
  /** Packet filters that the image has and the kernel works with, in the words of iptables: `nft`, `legacy`. */
  readonly packetFilters: readonly string[];
  /** The kernel can delay packets by itself. */
  readonly hasNetem: boolean;
  /** What was said against those that do not work. */
  readonly refusals: readonly string[];
}

/** Tries it in a container without a network, which is removed. @throws OrdealError like {@link Engine.call} */
export async function tryHelper(engine: Engine, image: string): Promise<HelperTrial> {
  const container = await engine.call('create a container', (docker) =>
    docker.createContainer({
      Image: image,
      Entrypoint: ['sh', '-c', SCRIPT],
      Labels: { 'ordeal.doctor': 'tries what a helper can do' },
      AttachStdout: true,
      Tty: true,
      HostConfig: { NetworkMode: 'none', CapAdd: ['NET_ADMIN'] },
    }),
  );
  try {
    const stream = await engine.open('attach to a container', () =>
      container.attach({ stream: true, stdout: true }),
    );
    const said = text(stream.pipe(new PassThrough()));
    await engine.call('start a container', () => container.start());
    return trialIn(await within(said, WITHIN_MS, 'what a helper can do'));
  } finally {
    await engine.call('remove a container', () => container.remove({ force: true }));
  }
}

/** @param said what the script printed */
export function trialIn(said: string): HelperTrial {
  const works = new Map(
    said.split(/\r?\n/).flatMap((line) => {
      const [, name, answer] = /^(\S+) (.*?)\s*$/.exec(line) ?? [];
      return name === undefined || answer === undefined ? [] : [[name, answer] as const];
    }),
  );
  return {
    packetFilters: ['nft', 'legacy'].filter((variant) => works.get(`iptables-${variant}`) === 'ok'),
    hasNetem: works.get('netem') === 'ok',
    refusals: [...works]
      .filter(([, answer]) => answer !== 'ok')
      .map(([name, answer]) => `${name}: ${answer}`),
  };
}
