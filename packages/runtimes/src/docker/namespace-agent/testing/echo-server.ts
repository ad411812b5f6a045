/** A test double of a server: echoes what it reads on all addresses. Usage: echo-server.ts PORT; says `ready`. */
import { createServer } from 'node:net';

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
}).listen(Number(process.argv[2]), '::', () => console.log('ready'));
