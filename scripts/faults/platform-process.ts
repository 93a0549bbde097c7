// The whole platform in a process of its own, for specs that signal and kill it: `platform-process.ts DATA_DIR PORT`.
import { startPlatform } from '../stack/platform';
import { runUntilStopped } from '../stack/run-until-stopped';

const [dataDir, port] = process.argv.slice(2) as [string, string];

await runUntilStopped(async (signal) => {
  const platform = await startPlatform({
    dataDir,
    port: Number(port),
    client: false,
    install: false,
    signal,
  });
  const { children } = platform.stack.supervisor;
  console.log(JSON.stringify({ redis: platform.env.REDIS_URL, pids: children.map((c) => c.pid) }));
  return platform;
});
