import { expect, test } from 'vitest';
import { queuesIn } from './queues.ts';

test("tells what somebody put there from the kernel's own", () => {
  const shown = [
    'qdisc noqueue 0: dev lo root refcnt 2 ',
    'qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 100ms',
    'qdisc fq_codel 0: dev eth1 root refcnt 2 limit 10240p flows 1024',
    'qdisc ingress ffff: dev eth1 parent ffff:fff1 ---------------- ',
    '',
  ];
  expect(queuesIn(shown.join('\n'))).toEqual([
    'qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 100ms',
    'qdisc ingress ffff: dev eth1 parent ffff:fff1 ----------------',
  ]);
  expect(queuesIn('')).toEqual([]);
});
