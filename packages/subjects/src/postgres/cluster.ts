import { DATABASE, SCHEMA } from './schema.ts';

/** The arguments of `initdb`, for a fresh cluster in that folder. */
export function initdbArgs(folder: string): string[] {
  return [
    ...['-D', folder, '--username=postgres', '--auth=reject', '--no-sync', '--no-instructions'],
    // The smallest log files there are: a fresh cluster holds one, and every server gets a copy.
    ...['--no-locale', '--encoding=UTF8', '--wal-segsize=1'],
  ];
}

/**
 * The arguments of `postgres` that make it run {@link SCHEMA_FILE} from its standard input. The single-user mode needs
 * no port and no waiting, and ends with a clean shutdown.
 */
export function schemaArgs(folder: string): string[] {
  return ['--single', '-j', '-D', folder, '-c', 'exit_on_error=on', DATABASE];
}

/** With `-j` a statement ends at a semicolon and an empty line (postgres(1)). */
export const SCHEMA_FILE = SCHEMA.map((statement) => `${statement};\n\n`).join('');
