/**
 * Text with its `pnpm ...` commands as this person can type them: whoever came by npx has no pnpm of their own.
 *
 * @example spelled('See it with: pnpm ordeal show 3') // by npx: 'See it with: npx -y pnpm@12 ordeal show 3'
 */
export function spelled(text: string): string {
  const cameByNpx = (process.env.PATH ?? '').split(':').some((folder) => folder.includes('/_npx/'));
  return cameByNpx ? text.replaceAll(/\bpnpm (?=[a-z])/g, 'npx -y pnpm@12 ') : text;
}

/** Commands and what they are for, one a line, in two columns. */
export function commandList(commands: readonly (readonly [command: string, purpose: string])[]): string {
  const lines = commands.map(([command, purpose]) => [spelled(command), purpose] as const);
  const width = Math.max(...lines.map(([command]) => command.length));
  return lines.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`).join('\n');
}
