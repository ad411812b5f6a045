import { expect, it } from 'vitest';
import { looksOnly } from './looks-only.ts';

it.each([
  'cat /var/log/syslog',
  'kubectl get pods -n tikv | grep -v Running',
  'docker logs ordeal-i1-etcd1 2>&1',
  'docker container ls',
  'etcdctl endpoint health --cluster',
  'redis-cli -p 6379 info replication',
  'systemctl status postgresql; journalctl -u postgresql > /dev/null',
  'PGPASSWORD=x timeout 5 pg_isready -h 127.0.0.1',
  'curl -s http://127.0.0.1:2379/pd/api/v1/stores',
  '/usr/bin/curl -X GET http://x/health && sudo -u postgres ls /data',
])('%s only looks', (command) => expect(looksOnly(command)).toBe(true));

it.each([
  'kubectl delete pod etcd-1',
  'docker restart etcd1',
  'systemctl restart postgresql',
  'cat /tmp/x > /etc/hosts',
  'echo 1 && reboot',
  'curl -X POST http://127.0.0.1/failover',
  "curl -d '{}' http://127.0.0.1/x",
  'psql -c "select pg_promote()"',
  'echo $(rm -rf /data)',
  'kill -CONT 4711',
  'redis-cli failover',
  'ls; some-tool --repair',
])('%s may change something', (command) => expect(looksOnly(command)).toBe(false));
