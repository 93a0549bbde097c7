// `npm start`: brings the platform up on this machine and keeps it up until Ctrl-C or SIGTERM.
import { startPlatform } from './stack/platform';
import { runUntilStopped } from './stack/run-until-stopped';
import { setUpLinkIn } from './stack/set-up-link';
import { terminalEvents, terminalProgress } from './stack/terminal';

await runUntilStopped(async (signal) => {
  const platform = await startPlatform({
    install: !process.argv.includes('--no-install'),
    signal,
    progress: terminalProgress(),
    events: terminalEvents(),
  });
  console.log(`Verity is ready at ${platform.url}`);
  const link = setUpLinkIn(platform.dataDir);
  if (link) console.log(`Make the first admin here (once, within a day): ${link}`);
  return platform;
});
