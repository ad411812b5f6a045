import { createServer } from 'node:http';

/** The shop: each visit is a sale. Usage: server.ts PORT */
let sold = 0;
createServer((request, response) => {
  if (request.method === 'POST') sold += 1;
  response.end(String(sold));
}).listen(Number(process.argv[2]), '127.0.0.1');
