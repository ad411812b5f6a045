/**
 * A test double of a load: sends a line to each address in turn and tells how it went, as load lines, with one
 * line of noise at the start. Usage: echo-client.ts HOST:PORT...
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pingEcho } from './ping-echo.ts';

const addresses = process.argv.slice(2).map((text) => {
  const [host = '', port] = text.split(':');
  return { host, port: Number(port) };
});
// Its reader is gone: so is its purpose.
process.stdout.on('error', () => process.exit(0));
console.log('hello, this is no load line');
for (let count = 1; ; count += 1) {
  const address = addresses[count % addresses.length] ?? { host: '', port: 0 };
  const started = performance.now();
  try {
    const ms = await pingEcho(address, AbortSignal.timeout(500));
    console.log(JSON.stringify({ op: 'write', ok: true, ms, ack: count }));
  } catch (error) {
    const ms = performance.now() - started;
    console.log(JSON.stringify({ op: 'write', ok: false, ms, error: String(error) }));
  }
  await delay(20);
}
