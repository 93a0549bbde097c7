// `npm run demo`: the platform with people in it, who type, move, and are taken over. `--reset` prints new passwords.
import { ensureAccounts, rememberShown } from './demo/accounts';
import { announce } from './demo/announce';
import { play } from './demo/play';
import { startPlatform } from './stack/platform';
import { runUntilStopped } from './stack/run-until-stopped';
import { terminalEvents, terminalProgress } from './stack/terminal';

await runUntilStopped(async (signal) => {
  const progress = terminalProgress();
  const platform = await startPlatform({
    // Whoever looks on sees anchors come.
    env: { ANCHOR_SECONDS: process.env.ANCHOR_SECONDS ?? '15' },
    install: !process.argv.includes('--no-install'),
    signal,
    progress,
    events: terminalEvents(),
  });
  try {
    const done = progress.step('demo accounts');
    const accounts = await ensureAccounts(platform.url, platform.dataDir, {
      reset: process.argv.includes('--reset'),
    });
    done();
    announce(platform.url, accounts);
    rememberShown(platform.dataDir, accounts);
    const curtain = new AbortController();
    const playing = play(platform.url, accounts.credentials, curtain.signal);
    return {
      async stop() {
        curtain.abort();
        await playing;
        await platform.stop();
      },
      kill: () => platform.kill(),
    };
  } catch (error) {
    await platform.stop();
    throw error;
  }
});
