/**
 * The namespace agent: does what a guard tells it on standard input, inside a node's network namespace, and answers
 * on standard output. When its guard is gone, which ends the input, it undoes all it has done, and ends, unless it was told
 * to stay.
 *
 * It must run as root with NET_ADMIN, and needs iptables and ss. It is shipped as one file.
 */
import { createInterface } from 'node:readline';
import { describeError, OrdealError, toOrdealError } from '@ordeal/core';
import { z } from 'zod';
import { NamespaceAgent } from './agent.ts';
import { agentRequest, FAREWELL, STAY } from './protocol.ts';

const agent = new NamespaceAgent();
// Where there is no packet filter nothing was left in it, and whoever asks for a rule will hear why.
const cleared = agent.clear().catch(() => {});

async function handle(line: string): Promise<void> {
  let id: number | null = null;
  try {
    const told = parse(line);
    id = z.object({ id: z.number() }).safeParse(told).data?.id ?? null;
    const request = agentRequest.safeParse(told);
    if (!request.success) throw new OrdealError('BAD_INPUT', z.prettifyError(request.error));
    await cleared;
    say({ id, ok: true, answer: await agent.answer(request.data) });
  } catch (error) {
    say({ id, ok: false, error: { code: toOrdealError(error).code, message: describeError(error) } });
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new OrdealError('BAD_INPUT', 'no JSON', { cause });
  }
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

let undone: Promise<void> | undefined;

function undo(): Promise<void> {
  undone ??= agent.close().catch((error: unknown) => {
    console.error(describeError(error));
    process.exitCode = 1;
  });
  return undone;
}

async function guardGone(): Promise<void> {
  await undo();
  if (!process.argv.includes(STAY)) process.exit();
}

// Nobody hears the answers any more: the same as the end of the questions.
process.stdout.on('error', guardGone);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, async () => {
    process.stdout.write(`${FAREWELL}\n`);
    await undo();
    process.exit();
  });
}
if (process.argv.includes(STAY)) setInterval(() => {}, 2 ** 30);
createInterface({ input: process.stdin })
  .on('line', (line) => void handle(line))
  .on('close', guardGone);
