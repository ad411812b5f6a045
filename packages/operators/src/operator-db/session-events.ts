import type { Incident, OperatorEvent } from '@ordeal/core';
import { readInstant } from './instant.ts';
import { nodeIn } from './match-ticket.ts';
import type { Row } from './read-database.ts';

/** What was thought is kept to its gist. */
const MOST_TEXT = 500;

/** An event with the entry that it is made of, so that it is told once. */
export interface EntryEvent {
  readonly entry: number;
  readonly event: OperatorEvent;
}

/**
 * What a session did: commands, each with the exit code of its result, and reasoning. A call without its result yet is
 * left out, unless nothing more will come.
 */
export function sessionEvents(entries: readonly Row[], incident: Incident, isOver: boolean): EntryEvent[] {
  const open: Row[] = [];
  const events: EntryEvent[] = [];
  for (const entry of entries) {
    if (entry.entry_type === 'tool_call') open.push(entry);
    else if (entry.entry_type === 'tool_result') {
      // Results come in the order of their calls; with several tools at once, of the calls of that tool.
      const index = open.findIndex(
        ({ tool_name }) => entry.tool_name == null || tool_name === entry.tool_name,
      );
      const [call] = index === -1 ? [] : open.splice(index, 1);
      if (call !== undefined) events.push(commandEvent(call, entry, incident));
    } else if (entry.entry_type === 'reasoning' && typeof entry.content === 'string') {
      const note = { kind: 'reasoning', text: entry.content.slice(0, MOST_TEXT) };
      events.push({ entry: Number(entry.id), event: { ...stamp(entry), kind: 'note', note } });
    }
  }
  if (isOver) events.push(...open.map((call) => commandEvent(call, undefined, incident)));
  return events;
}

function commandEvent(call: Row, result: Row | undefined, incident: Incident): EntryEvent {
  const command = commandText(call);
  const exitCode = typeof result?.exit_code === 'number' ? result.exit_code : undefined;
  const node = nodeIn(command, incident);
  return { entry: Number(call.id), event: { ...stamp(call), kind: 'command', command, node, exitCode } };
}

/** The command of a shell tool as it is; of another tool its name and what it was given. */
function commandText({ tool_name, tool_params, content }: Row): string {
  const params = parseJson(tool_params);
  const command = params?.command ?? params?.cmd;
  if (typeof command === 'string') return command;
  if (Array.isArray(command)) return command.join(' ');
  const given = typeof tool_params === 'string' ? tool_params : typeof content === 'string' ? content : '';
  return `${String(tool_name ?? 'tool')} ${given}`.trim();
}

function stamp({ timestamp, created_at }: Row): { at?: number } {
  const at = readInstant(timestamp) ?? readInstant(created_at);
  return at === null ? {} : { at };
}

function parseJson(text: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
