import { expect, test } from 'vitest';
import { poolAmong, routesIn } from './inspect-pool.ts';

const ROUTES = [
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
  'eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0',
  'eth0\t0000C90A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  'br-1\t4001C90A\t00000000\t0001\t0\t0\t0\tE0FFFFFF\t0\t0\t0',
  '',
].join('\n');

test('routes are read, but for the default one', () => {
  expect(routesIn(ROUTES)).toEqual([
    { network: '10.201.0.0/24', device: 'eth0' },
    { network: '10.201.1.64/27', device: 'br-1' },
  ]);
  expect(routesIn('')).toEqual([]);
});

test('what others have of the pool is counted, and what the machine reaches otherwise is named', () => {
  const taken = ['172.17.0.0/16', '10.201.1.64/27', '10.201.2.0/24', 'fd00::/64'];
  expect(poolAmong('10.201.0.0/16', taken, routesIn(ROUTES))).toEqual({
    cidr: '10.201.0.0/16',
    free: 2_048 - 1 - 8,
    total: 2_048,
    routes: ['10.201.0.0/24 by eth0'],
  });
  expect(poolAmong('10.202.0.0/27', ['10.0.0.0/8'], [])).toMatchObject({ free: 0, total: 1 });
});
