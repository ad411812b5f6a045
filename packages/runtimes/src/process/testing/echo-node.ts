/**
 * A test double of a server: echoes a line when it has all of it. Its tree is as unruly as a real server's: a child in a
 * session of its own with a child of its own, and one that has left for another working directory.
 * Usage: echo-node.ts HOST PORT
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  let line = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    line += text;
    if (!text.endsWith('\n')) return;
    socket.write(line, 'latin1');
    line = '';
  });
});
const [host, port] = process.argv.slice(2);
server.listen(Number(port), host);
spawn('sh', ['-c', 'sleep 3600 & wait'], { detached: true, stdio: 'ignore' });
spawn('sleep', ['3600'], { cwd: '/', stdio: 'ignore' });
