import { expect, test } from 'vitest';
import { mountsIn } from './mounts.ts';

test.runIf(process.platform === 'linux')(
  'knows what every Linux has mounted, and tells neighbours apart',
  () => {
    expect(mountsIn('/')).toContainEqual({ path: '/', type: expect.any(String), source: expect.any(String) });
    expect(mountsIn('/proc')).toContainEqual({ path: '/proc', type: 'proc', source: expect.any(String) });
    expect(mountsIn('/pro')).toEqual([]);
  },
);
