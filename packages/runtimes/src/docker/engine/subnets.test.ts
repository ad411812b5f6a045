import { expect, test } from 'vitest';
import { subnetsOf } from './subnets.ts';

test('a pool is cut into subnets of 32 addresses, in order, the whole of it and nothing else', () => {
  const subnets = subnetsOf('10.201.0.0/16');
  expect(subnets.length).toBe(2_048);
  expect(subnets[0]?.cidr).toBe('10.201.0.0/27');
  expect(subnets.at(-1)?.cidr).toBe('10.201.255.224/27');
  expect(subnets[9]).toMatchObject({ cidr: '10.201.1.32/27', gateway: '10.201.1.33' });
  expect(subnetsOf('192.168.7.77/26').map(({ cidr }) => cidr)).toEqual([
    '192.168.7.64/27',
    '192.168.7.96/27',
  ]);
  expect(subnetsOf('10.0.0.0/27').length).toBe(1);
});

test('nodes have the addresses behind the gateway, as long as there are any', () => {
  const [subnet] = subnetsOf('10.201.0.0/27');
  expect(subnet?.host(0)).toBe('10.201.0.2');
  expect(subnet?.host(28)).toBe('10.201.0.30');
  expect(() => subnet?.host(29)).toThrow('at most 29 nodes');
});

test.each(['10.201.0.0', '10.201.0.0/28', '10.0.0.0/7', '10.256.0.0/16', 'fd00::/64', ''])(
  '%s is no pool',
  (pool) => {
    expect(() => subnetsOf(pool)).toThrow('is no pool of subnets');
  },
);
