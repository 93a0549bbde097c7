// The platform that the end-to-end tests meet: started from nothing, and nothing is left of it.
import { rmSync } from 'node:fs';
import { startPlatform } from '../scripts/stack/platform';
import { runUntilStopped } from '../scripts/stack/run-until-stopped';
import { terminalEvents, terminalProgress } from '../scripts/stack/terminal';

const { E2E_PORT, E2E_FOREIGN_PORT, E2E_DATA_DIR } = process.env;
if (!E2E_PORT || !E2E_FOREIGN_PORT || !E2E_DATA_DIR) {
  throw new Error('e2e/platform.ts is started by playwright.config.ts');
}

process.on('exit', () => rmSync(E2E_DATA_DIR, { recursive: true, force: true }));
await runUntilStopped((signal) =>
  startPlatform({
    port: Number(E2E_PORT),
    dataDir: E2E_DATA_DIR,
    // The page of another origin that loads the collector.
    env: {
      WEBSOCKET_CORS_ALLOWED_ORIGINS: `http://localhost:${E2E_FOREIGN_PORT}`,
      // The sample applications listen on this machine.
      WEBHOOKS_TO_PRIVATE: 'allow',
      // Records reach the chain while a test waits for them.
      ANCHOR_SECONDS: '2',
    },
    signal,
    progress: terminalProgress(),
    events: terminalEvents(),
  }),
);
