import { describe, expect, it } from 'vitest';
import { junitLines } from './junit.ts';
import { recordedTrial } from './recorded-trials.ts';
import { sampleRecord, sampleTrial } from './testing-trials.ts';
import { csvLines } from './trials-csv.ts';

const trials = [
  sampleTrial({ key: 'postgres/node_kill#0' }),
  sampleTrial({
    key: 'postgres/node_kill#1',
    outcome: 'unresolved',
    record: sampleRecord({ resolvedMs: null, observedMs: 300_250 }),
  }),
  sampleTrial({ key: 'postgres/node_kill#2', status: 'failed', outcome: 'void', record: null, failures: 3 }),
  sampleTrial({ key: 'postgres/node_kill#3', status: 'pending', outcome: null, record: null }),
  sampleTrial({ key: 'postgres/none#0', cell: 'postgres/none', baseline: true, outcome: 'false_alarm' }),
  sampleTrial({
    key: 'postgres/node_kill#4',
    record: sampleRecord({ writes: { acknowledged: 9, lost: 2, examples: [], unchecked: null } }),
  }),
].map(recordedTrial);

describe('the rows for other programs', () => {
  it('have time and event as survival packages ask for them: a time-out is censored at the time-out', () => {
    const [head = '', ...rows] = [...csvLines(trials)].join('').trimEnd().split('\n');
    const columns = head.split(',');
    const shown = rows.map((row) => {
      const values = row.split(',');
      return ['key', 'outcome', 'time_ms', 'event'].map((name) => values[columns.indexOf(name)]);
    });
    expect(shown).toEqual([
      ['postgres/node_kill#0', 'resolved', '2000', '1'],
      ['postgres/node_kill#1', 'unresolved', '300000', '0'],
      ['postgres/node_kill#2', 'void', '', ''],
      ['postgres/node_kill#3', '', '', ''],
      ['postgres/none#0', 'false_alarm', '', ''],
      ['postgres/node_kill#4', 'resolved', '2000', '1'],
    ]);
  });

  it('quotes what would break a row', () => {
    const [, row = ''] = [...csvLines([{ ...(trials[0] as (typeof trials)[0]), key: 'a,"b"\nc' }])];
    expect(row).toMatch(/^"a,""b""\nc",/);
  });
});

describe('the XML for CI', () => {
  const xml = [...junitLines({ id: '7', name: 'a <b> & "c"\u0001' }, trials)].join('');

  it('fails what was unresolved, a false alarm or lost writes, and errs where a trial found nothing', () => {
    expect(xml).toContain('tests="6" failures="3" errors="1" skipped="1"');
    expect(xml).toContain('<testsuite name="postgres/node_kill@none" tests="5" failures="2"');
    expect(xml).toContain('<failure message="unresolved: not serving after 300.3 s"/>');
    expect(xml).toContain('<failure message="2 of 9 acknowledged writes are lost"/>');
    expect(xml).toContain('<failure message="false alarm: not serving without any fault"/>');
    expect(xml).toContain('<error message="void: it proved nothing"/>');
    expect(xml).toContain('<skipped message="pending"/>');
  });

  it('writes down what came from elsewhere so that it stays text', () => {
    expect(xml).toContain('<testsuites name="campaign 7: a &lt;b&gt; &amp; &quot;c&quot;\ufffd"');
  });

  it('closes what it opens', () => {
    const open = [...xml.matchAll(/<(testsuites|testsuite|testcase)\b[^>]*[^/]>/g)].length;
    expect([...xml.matchAll(/<\/(testsuites|testsuite|testcase)>/g)]).toHaveLength(open);
  });
});
