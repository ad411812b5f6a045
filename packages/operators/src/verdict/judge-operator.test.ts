import { describe, expect, it } from 'vitest';
import type { Heard, Truth } from './heard.ts';
import { judgeOperator } from './judge-operator.ts';

const detected = (atMs: number): Heard => ({ kind: 'detected', atMs });
const claim = (atMs: number): Heard => ({ kind: 'claimed_resolved', atMs });
const act = (
  atMs: number,
  more: Partial<Extract<Heard, { kind: 'act' }>['act']> = {},
  stopped: string[] = [],
): Heard => ({
  kind: 'act',
  atMs,
  act: { command: 'restart', node: 'n0', repairs: true, exitCode: 0, by: 'handle', ...more },
  stopped,
});

const NEVER_BROKE: Truth = {
  targets: ['n0'],
  brokeMs: null,
  resolvedMs: null,
  backMs: null,
  clearedByOperator: false,
  afterLift: false,
};
const CLEARED: Truth = { ...NEVER_BROKE, clearedByOperator: true };
const RESOLVED: Truth = { ...NEVER_BROKE, brokeMs: 100, resolvedMs: 5_000, backMs: 5_000 };
const LIFTED: Truth = { ...RESOLVED, afterLift: true };
const UNRESOLVED: Truth = { ...NEVER_BROKE, brokeMs: 100 };
const UNDONE: Truth = { ...UNRESOLVED, backMs: 42_000 };

describe('claim against truth', () => {
  it.each<[string, Truth, Heard[], string, string | null]>([
    ['repaired, then said so', RESOLVED, [act(2_000), claim(5_400)], 'true_resolve', 'operator'],
    ['said so a sample before we saw it', RESOLVED, [act(2_000), claim(4_600)], 'true_resolve', 'operator'],
    ['said so too soon', RESOLVED, [act(2_000), claim(4_000)], 'premature_claim', 'operator'],
    ['said so too soon and did nothing', RESOLVED, [claim(200)], 'premature_claim', 'system'],
    ['healed by itself', RESOLVED, [detected(900), claim(5_400)], 'false_resolve', 'system'],
    ['acted after the return', RESOLVED, [act(5_100), claim(5_400)], 'false_resolve', 'system'],
    ['acted before the fault', RESOLVED, [act(-100), claim(5_400)], 'false_resolve', 'system'],
    ['acted in vain', RESOLVED, [act(2_000, { exitCode: 1 }), claim(5_400)], 'false_resolve', 'system'],
    ['only looked', RESOLVED, [act(2_000, { repairs: false }), claim(5_400)], 'false_resolve', 'system'],
    [
      'told of a repair',
      RESOLVED,
      [act(2_000, { by: 'operator', exitCode: null }), claim(6_000)],
      'true_resolve',
      'operator',
    ],
    ['our lift mended it', LIFTED, [act(2_000), claim(5_400)], 'false_resolve', 'undo'],
    ['never came back', UNRESOLVED, [act(2_000), claim(5_400)], 'false_resolve', null],
    ['came back by our undo', UNDONE, [act(2_000), claim(5_400)], 'false_resolve', 'undo'],
    ['mended it before it hurt', CLEARED, [act(300), claim(700)], 'true_resolve', null],
    ['said so though nothing broke', NEVER_BROKE, [claim(700)], 'false_resolve', null],
    ['repaired and kept silent', RESOLVED, [act(2_000)], 'silent_recovery', 'operator'],
    ['saw it and kept silent', RESOLVED, [detected(900)], 'silent_recovery', 'system'],
    ['saw nothing, and it healed', RESOLVED, [], 'undetected', 'system'],
    ['saw nothing, and it stayed broken', UNDONE, [act(300, { repairs: false })], 'undetected', 'undo'],
    ['saw it and never mended it', UNDONE, [detected(900)], 'unclaimed', 'undo'],
    ['nothing broke, nothing said', NEVER_BROKE, [detected(900)], 'nothing_to_claim', null],
    ['said so before the fault only', RESOLVED, [claim(-50)], 'undetected', 'system'],
  ])('%s', (_name, truth, heard, verdict, mendedBy) => {
    const record = judgeOperator('me', heard, truth);
    expect(record).toMatchObject({ operator: 'me', claim: verdict, mendedBy });
  });
});

it('detection is the first sign that is tied to the incident, not a look and not what came before the fault', () => {
  const looks = act(100, { repairs: false });
  expect(judgeOperator('me', [claim(3_000), act(1_000), looks, detected(-5)], RESOLVED)).toMatchObject({
    detectedMs: 1_000,
    claimedResolvedMs: 3_000,
    notes: [{ kind: 'before_the_fault', what: 'detected', at_ms: -5 }],
  });
});

it('counts what was done to nodes that the fault did not target, and nodes that died by it', () => {
  const heard = [
    act(1_000, {}, []),
    act(1_100, { node: 'n1' }, ['n1']),
    act(1_200, { node: 'n2', exitCode: 1 }, ['n2']),
    act(1_300, { node: 'n1', repairs: false }),
    act(1_400, { node: null }),
  ];
  expect(judgeOperator('me', heard, RESOLVED)).toMatchObject({ actsOnHealthyNodes: 2, nodesStopped: 2 });
});

it('keeps acts and notes in order, and says how many it left out', () => {
  const heard: Heard[] = [
    { kind: 'note', atMs: 1_500, note: { text: 'hm' } },
    ...Array.from({ length: 501 }, (_, index) => act(index)),
  ];
  const { acts, notes } = judgeOperator('me', heard.toReversed(), RESOLVED);
  expect(acts).toHaveLength(500);
  expect(acts.map(({ atMs }) => atMs)).toEqual(acts.map((_, index) => index));
  expect(notes).toEqual([
    { kind: 'acts_left_out', count: 1 },
    { text: 'hm', at_ms: 1_500 },
  ]);
});
