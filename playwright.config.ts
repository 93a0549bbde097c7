// End-to-end tests: a real Chromium against a platform of its own, started once in a temporary data directory.
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig, devices } from '@playwright/test';
import { freePort } from './scripts/stack/free-port';

// Every worker reads this file anew and inherits the environment: what the first reader chose holds for all.
process.env.E2E_PORT ??= String(await freePort());
process.env.E2E_FOREIGN_PORT ??= String(await freePort());
process.env.E2E_DATA_DIR ??= join(tmpdir(), `verity-e2e-${randomBytes(6).toString('hex')}`);

const url = `http://localhost:${process.env.E2E_PORT}`;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.e2e.ts',
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  outputDir: 'test-results',
  use: {
    ...devices['Desktop Chrome'],
    baseURL: url,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'set-up', testMatch: 'set-up.e2e.ts' },
    { name: 'chromium', testIgnore: 'set-up.e2e.ts', dependencies: ['set-up'] },
  ],
  webServer: {
    command: 'node scripts/run.mjs e2e/platform.ts',
    url: `${url}/health/ready`,
    // The client is built when its sources have changed.
    timeout: 240_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 40_000 },
    stdout: 'ignore',
    stderr: 'pipe',
  },
});
