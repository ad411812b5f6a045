import { expect, it } from 'vitest';
import { checkMachine, tellOfMachine } from './check-machine.ts';
import { emptySite, findingsOf, heard } from './testing-site.ts';

const STATUS = '/proc/self/status';
const LIMITS = '/proc/self/limits';
const PORTS = '/proc/sys/net/ipv4/ip_local_port_range';
const WELL: Record<string, string | undefined> = {
  [STATUS]: 'Name:\tnode\nCapEff:\t000001fffeffffff\nSeccomp:\t0\n',
  [LIMITS]: 'Limit  Soft Limit  Hard Limit\nMax open files            20000    20000    files\n',
  [PORTS]: '32768\t60999\n',
};
// What Docker leaves a root user without further options.
const DOCKER = { [STATUS]: 'CapEff:\t00000000a80425fb\n' };

it.each<
  [string, Record<string, string | undefined>, { isRoot?: boolean; node?: string; now?: string }, string[]]
>([
  ['that is well', {}, {}, []],
  ['with an older Node', {}, { node: '22.18.0' }, ['node']],
  ['without /proc', { [STATUS]: undefined, [LIMITS]: undefined, [PORTS]: undefined }, {}, ['proc']],
  ['that is a container, as root', DOCKER, {}, ['ptrace']],
  ['that is a container, as somebody else', DOCKER, { isRoot: false }, []],
  ['with few open files', { [LIMITS]: 'Max open files  1024  1024  files\n' }, {}, ['open_files']],
  ['with any number of open files', { [LIMITS]: 'Max open files  unlimited  unlimited  files\n' }, {}, []],
  ['that gives our ports away', { [PORTS]: '1024\t60999\n' }, {}, ['ports']],
  ['that has lost its time', {}, { now: '1970-01-01T00:00:10Z' }, ['clock']],
])(
  'a machine %s',
  (_, files, { isRoot = true, node = '26.10.0', now = '2026-11-26T12:00:00Z' }, problems) => {
    const read = (path: string): string | undefined => ({ ...WELL, ...files })[path];
    expect(heard((say) => tellOfMachine({ node, isRoot, now: new Date(now), read }, say)).problems).toEqual(
      problems,
    );
  },
);

it.runIf(process.platform === 'linux')('this machine is looked at', async () => {
  const findings = await findingsOf(checkMachine, emptySite());
  expect(findings.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['machine.node', 'machine.open_files', 'machine.clock']),
  );
});
