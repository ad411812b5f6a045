/** Marks a chain as ours. The packet filter's other chains are none of our business. */
const OWN_PREFIX = 'ordeal-';
const ENGINE_RULE = /^-A (DOCKER_\w+ |\S+ -d 127\.0\.0\.11\/32 -j DOCKER_)/;
const TABLES = ['nat', 'filter'] as const;

/** A chain of ours, with the chain of the kernel's that leads into it, before all that others have there. */
export interface Chain {
  readonly table: (typeof TABLES)[number];
  readonly hook: 'INPUT' | 'OUTPUT';
  /** Below the prefix of ours; at most 21 characters. */
  readonly name: string;
  /** In the words of iptables(8), without the chain. */
  readonly rules: readonly string[];
}

/**
 * The input for iptables-restore(8) that makes these the only chains of ours, whatever of ours is there: each table
 * changes in one step. Empty when there is nothing to change.
 * @param saved what iptables-save(8) says
 */
export function transition(saved: string, chains: readonly Chain[]): string {
  return TABLES.map((table) => {
    const old = ownLines(saved, table);
    const own = chains.filter((chain) => chain.table === table);
    const names = own.map(({ name }) => OWN_PREFIX + name);
    if (old.length === 0 && own.length === 0) return '';
    const lines = [
      `*${table}`,
      // A chain that is declared is emptied, or made.
      ...new Set([...old.flatMap(declaredIn), ...names].map((name) => `:${name} - [0:0]`)),
      ...old.filter(isJump).map((line) => line.replace('-A', '-D')),
      ...own.flatMap(({ rules }, index) => rules.map((rule) => `-A ${names[index]} ${rule}`)),
      ...own.map(({ hook }, index) => `-I ${hook} 1 -j ${names[index]}`),
      ...old.flatMap(declaredIn).flatMap((name) => (names.includes(name) ? [] : [`-X ${name}`])),
      'COMMIT',
    ];
    return `${lines.join('\n')}\n`;
  }).join('');
}

/** Our chains in what iptables-save(8) says, as `table/chain`, each with its rules. */
export function ownChains(saved: string): Record<string, string[]> {
  const chains: Record<string, string[]> = {};
  for (const table of TABLES) {
    const lines = ownLines(saved, table);
    for (const name of lines.flatMap(declaredIn)) {
      const start = `-A ${name} `;
      chains[`${table}/${name}`] = lines.flatMap((line) =>
        line.startsWith(start) ? [line.slice(start.length)] : [],
      );
    }
  }
  return chains;
}

/**
 * What others have put into the packet filter: rules, and chains of the kernel's that do not accept what reaches their
 * end. The engine's own name server is led to by rules in each container, which touch nothing else.
 * @param saved what iptables-save(8) says
 */
export function foreignRules(saved: string): string[] {
  return saved
    .split('\n')
    .filter((line) => /^-A /.test(line) || /^:\S+ DROP\b/.test(line))
    .filter((line) => !line.startsWith(`-A ${OWN_PREFIX}`) && !isJump(line) && !ENGINE_RULE.test(line));
}

/** The lines of one table that have to do with chains of ours. */
function ownLines(saved: string, table: string): string[] {
  const lines = saved.split('\n');
  const first = lines.indexOf(`*${table}`);
  if (first < 0) return [];
  const last = lines.indexOf('COMMIT', first);
  return lines
    .slice(first, last)
    .filter(
      (line) => line.startsWith(`:${OWN_PREFIX}`) || line.startsWith(`-A ${OWN_PREFIX}`) || isJump(line),
    );
}

function declaredIn(line: string): string[] {
  return line.startsWith(':') ? [line.slice(1).split(' ')[0] ?? ''] : [];
}

/** From a chain of the kernel's into one of ours. */
function isJump(line: string): boolean {
  return !line.startsWith(`-A ${OWN_PREFIX}`) && line.includes(` -j ${OWN_PREFIX}`);
}
