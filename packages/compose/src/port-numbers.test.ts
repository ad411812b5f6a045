import { expect, test } from 'vitest';
import { portNumbers } from './port-numbers.ts';

test.each([
  [['80']],
  [[80]],
  [['8080:80']],
  [['127.0.0.1:8080:80']],
  [['[::1]:8080:80/tcp']],
  [[{ target: 80, published: '8080', protocol: 'tcp', mode: 'ingress' }]],
  [[{ target: '80' }]],
  [['80', '8080:80']],
])('%j is port 80', (ports) => {
  expect(portNumbers({ ports })).toEqual([80]);
});

test('ranges are all of their ports, and what is exposed is a port like one that is published', () => {
  expect(portNumbers({ ports: ['9090-9092:8080-8082'], expose: ['5432', 53, '7000-7001/tcp'] })).toEqual([
    53, 5432, 7000, 7001, 8080, 8081, 8082,
  ]);
});

test('no fault acts on UDP, and its ports are none', () => {
  expect(portNumbers({ ports: ['53:53/udp', { target: 54, protocol: 'udp' }], expose: ['55/udp'] })).toEqual(
    [],
  );
});
