// The stack in a process of its own, for specs that signal and kill it: `stack-process.ts DATA_DIR`.
import { bringUp } from '../stack/bring-up';
import { mongodb } from '../stack/mongodb';
import { redis } from '../stack/redis';
import { runUntilStopped } from '../stack/run-until-stopped';

await runUntilStopped(async (signal) => {
  const stack = await bringUp({
    dataDir: process.argv[2] as string,
    install: false,
    signal,
    parts: [redis, mongodb],
  });
  const children = stack.supervisor.children.map(({ pid }) => pid);
  console.log(JSON.stringify({ env: stack.env, children }));
  return { stop: () => stack.stop(), kill: () => stack.supervisor.kill() };
});
