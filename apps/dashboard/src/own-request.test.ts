import { expect, it } from 'vitest';
import { isOwnRequest } from './own-request.ts';

it.each([
  { host: 'localhost:3000', own: true },
  { host: '[::1]:3000', origin: 'http://[::1]:3000', own: true },
  { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000', own: true },
  { host: '127.0.0.1:3000', origin: 'http://localhost:3000', own: false },
  { host: '127.0.0.1:3000', origin: 'https://elsewhere.example', own: false },
  { host: '127.0.0.1:3000', origin: 'null', own: false },
  { host: '127.0.0.1:3000', origin: '', own: false },
  { host: 'rebound.example:3000', own: false },
  { host: '127.0.0.1.rebound.example', own: false },
  { own: false },
])('on loopback, host $host, origin $origin: own is $own', ({ own, ...headers }) => {
  expect(isOwnRequest(headers, { isLoopback: true })).toBe(own);
});

it.each([
  { host: 'ordeal.example:3000', own: true },
  { host: 'ordeal.example', origin: 'https://ordeal.example', own: true },
  { host: 'ordeal.example', origin: 'https://elsewhere.example', own: false },
  { host: 'ordeal.example', origin: 'null', own: false },
  { own: false },
])('on another address, host $host, origin $origin: own is $own', ({ own, ...headers }) => {
  expect(isOwnRequest(headers, { isLoopback: false })).toBe(own);
});
