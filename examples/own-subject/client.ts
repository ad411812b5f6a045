/**
 * The load: ten purchases and ten visits a second, by the clock, whether or not the last ones were answered. What
 * became of each is one line of JSON on standard output. Usage: client.ts PORT
 */
const shop = `http://127.0.0.1:${process.argv[2]}/`;

async function request(op: 'read' | 'write'): Promise<void> {
  const asked = performance.now();
  const told = (outcome: object) =>
    console.log(JSON.stringify({ op, ms: performance.now() - asked, ...outcome }));
  try {
    const method = op === 'write' ? 'POST' : 'GET';
    const response = await fetch(shop, { method, signal: AbortSignal.timeout(500) });
    const sold = Number(await response.text());
    told({ ok: response.ok, ...(op === 'write' ? { ack: sold } : {}) });
  } catch (error) {
    told({ ok: false, error: String(error) });
  }
}
setInterval(() => {
  void request('write');
  void request('read');
}, 100);
