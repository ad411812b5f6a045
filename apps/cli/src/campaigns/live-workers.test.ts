import { parseCampaignConfig } from '@ordeal/campaign';
import { describe, expect, it } from 'vitest';
import { noWorkerMessage } from './live-workers.ts';
import { leaveOutUnsupported, type Offer } from './offers.ts';

const NEEDS = ['postgres/process/latency', 'postgres/process/none', 'tikv/docker/latency'];
const campaign = { id: '4', needs: NEEDS };
const processes = {
  id: 'w-1',
  capabilities: ['postgres/process/latency', 'postgres/process/none'],
  cannot: { 'tikv/docker/latency': 'it has no Docker engine' },
};
const containers = { id: 'w-2', capabilities: ['tikv/docker/latency'], cannot: {} };

describe('why a campaign waits', () => {
  it('says what each worker lacks, with its reason, same reasons together', () => {
    expect(noWorkerMessage(campaign, [processes]).split('\n')).toEqual([
      'no live worker can run campaign 4: it waits, and holds up nobody else',
      '  worker w-1 cannot run tikv/docker/latency (it has no Docker engine)',
    ]);
    expect(noWorkerMessage(campaign, [containers])).toMatch(
      /w-2 cannot run postgres\/process\/latency, postgres\/process\/none \(it has never heard of it\)$/,
    );
  });

  it('says when it needs several kinds of worker, for none takes a part', () => {
    expect(noWorkerMessage(campaign, [processes, containers])).toMatch(
      /a worker takes only campaigns.*whole/,
    );
    expect(noWorkerMessage(campaign, [processes, processes])).not.toMatch(/takes only/);
  });

  it('says when nobody is there', () => {
    expect(noWorkerMessage(campaign, [])).toMatch(/^no live worker can run campaign 4.*none is up/);
  });
});

describe('leaving out what nobody can run', () => {
  const config = parseCampaignConfig(
    'name: a\nsubjects: [postgres, tikv]\nchaos_types: [{type: latency}, {type: node_kill}]\n',
    'c.yaml',
  );
  const offer = (name: string, can: string[]): Offer => ({ name, can, cannot: {} });

  it('goes by the worker that can run most of it', () => {
    const left = leaveOutUnsupported(config, [
      offer('one', ['postgres/process/latency']),
      offer('two', ['tikv/docker/latency', 'tikv/docker/node_kill']),
    ]);
    expect(left.cells.map(({ cell }) => cell)).toEqual(['tikv/latency', 'tikv/node_kill']);
    expect(left.skipped.map(({ cell, why }) => [cell, why])).toEqual([
      ['postgres/latency', 'two: it has never heard of it'],
      ['postgres/node_kill', 'two: it has never heard of it'],
    ]);
  });

  it('refuses when nobody can be asked, and when nothing would be left', () => {
    expect(() => leaveOutUnsupported(config, [])).toThrow(/no live worker can be asked/);
    expect(() => leaveOutUnsupported(config, [offer('one', [])])).toThrow(/nothing of it can be run/);
  });
});
