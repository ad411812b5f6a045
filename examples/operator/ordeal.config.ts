import { defineConfig } from 'ordeal/config';

export default defineConfig({
  operators: {
    restarter: { command: process.execPath, args: ['restarter.ts'], deadlineSeconds: 600 },
  },
});
