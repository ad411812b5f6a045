import { defineConfig } from 'ordeal/config';

export default defineConfig({
  operators: {
    restarter: { command: 'node', args: ['restarter.ts'], deadlineSeconds: 600 },
  },
});
