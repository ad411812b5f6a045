import { createServer } from 'node:http';

/** Answers every request. Usage: server.ts HOST PORT */
const [host, port] = process.argv.slice(2);
createServer((_, response) => response.end('here')).listen(Number(port), host);
