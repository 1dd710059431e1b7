import { defineConfig } from 'vitest/config';

// "fast" needs nothing but Node and ends in seconds: every commit passes it. "real" starts real daemons, real Prometheus
// binaries and a real browser; its files run one after another, because they share two cores and the package mirrors.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.real.test.ts'],
          testTimeout: 20_000,
          // They mostly wait for programs and sockets: more at once than there are cores ends sooner.
          maxWorkers: 4,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/**/*.real.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
