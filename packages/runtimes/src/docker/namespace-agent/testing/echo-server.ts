/** A test double of a server: echoes a line when it has all of it, on all addresses. Usage: echo-server.ts PORT; says `ready`. */
import { createServer } from 'node:net';

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  let line = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    line += text;
    if (!text.endsWith('\n')) return;
    socket.write(line, 'latin1');
    line = '';
  });
}).listen(Number(process.argv[2]), '::', () => console.log('ready'));
