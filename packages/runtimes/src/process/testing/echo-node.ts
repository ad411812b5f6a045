/**
 * A test double of a server: echoes a line on loopback when it has all of it. Its tree is as unruly as a real server's: a child in a
 * session of its own with a child of its own, and one that has left for another working directory.
 * Usage: echo-node.ts PORT
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
server.listen(Number(process.argv[2]), '127.0.0.1');
spawn('sh', ['-c', 'sleep 3600 & wait'], { detached: true, stdio: 'ignore' });
spawn('sleep', ['3600'], { cwd: '/', stdio: 'ignore' });
