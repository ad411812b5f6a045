/**
 * A test double of a load: sends a line to each address in turn and tells how it went, as load lines, with one
 * line of noise at the start. Usage: echo-client.ts PORT...
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pingEcho } from './ping-echo.ts';

const ports = process.argv.slice(2).map(Number);
// Its reader is gone: so is its purpose.
process.stdout.on('error', () => process.exit(0));
console.log('hello, this is no load line');
for (let count = 1; ; count += 1) {
  const port = ports[count % ports.length] ?? 0;
  const started = performance.now();
  try {
    const ms = await pingEcho({ host: '127.0.0.1', port }, AbortSignal.timeout(500));
    console.log(JSON.stringify({ op: 'write', ok: true, ms, ack: count }));
  } catch (error) {
    const ms = performance.now() - started;
    console.log(JSON.stringify({ op: 'write', ok: false, ms, error: String(error) }));
  }
  await delay(20);
}
