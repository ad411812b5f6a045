/** Asks each of the servers four times a second; what became of it is a line. Usage: client.ts URL... */
const servers = process.argv.slice(2);

async function ask(op: 'read' | 'write', url: string): Promise<void> {
  const asked = performance.now();
  const ok = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
  console.log(JSON.stringify({ op, ok, ms: performance.now() - asked }));
}

setInterval(() => {
  for (const url of servers) {
    void ask('read', url);
    void ask('write', url);
  }
}, 250);
