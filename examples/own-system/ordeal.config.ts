import { composeSubject, defineConfig } from 'ordeal/config';

export default defineConfig({
  subjects: [
    composeSubject({
      name: 'visits',
      file: './compose.yaml',
      targets: ['web', 'redis'],
      healthy: { http: { service: 'web', port: 8080, path: '/health' } },
      // What the compose file does not tell: Redis listens, too.
      ports: { redis: { 6379: 'redis' } },
      load: { http: { service: 'web', port: 8080, read: '/', write: { path: '/' } } },
      disks: { redis: { path: '/data', sizeMb: 64 } },
    }),
  ],
});
