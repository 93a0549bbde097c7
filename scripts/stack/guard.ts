// Sees to it that no child outlives its supervisor, not even one that was killed with SIGKILL.
// A small shell holds the reading end of a pipe. When the pipe closes, the supervisor is gone and
// the shell stops the process groups that are still on its list, the youngest first.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Each group has 10 s to leave by itself. (`kill -TERM -- -GROUP` is no good in dash.) */
const SCRIPT = `
trap '' INT TERM HUP
# A dead leader that nobody has waited for yet is dead all the same.
alive() { kill -s 0 -- "-$1" 2>/dev/null && ! grep -qs ') Z ' "/proc/$1/stat"; }
groups=
while read -r verb group; do
  rest=
  for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
  groups=$rest
  [ "$verb" = add ] && groups="$group $groups"
done
for g in $groups; do
  kill -s TERM -- "-$g" 2>/dev/null || continue
  tries=0
  while [ $tries -lt 100 ] && alive "$g"; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -s KILL -- "-$g" 2>/dev/null
done
`;

export class Guard {
  #groups: number[] = [];
  #shell: ChildProcess | undefined;

  add(group: number): void {
    this.#groups.push(group);
    if (this.#shell) this.#tell(`add ${group}`);
    else this.#open();
  }

  remove(group: number): void {
    this.#groups = this.#groups.filter((other) => other !== group);
    this.#tell(`remove ${group}`);
  }

  /** Lets the shell go; what is still on its list is stopped. */
  async close(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (!shell) return;
    shell.ref();
    const gone = shell.exitCode === null ? once(shell, 'exit') : undefined;
    shell.stdin?.end();
    await gone;
  }

  #open(): void {
    const shell = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell = shell;
    // A guard that somebody killed is replaced; its broken pipe is no news.
    shell.stdin?.on('error', () => shell.stdin?.destroy());
    shell.on('exit', () => {
      if (this.#shell === shell) this.#open();
    });
    shell.unref();
    for (const group of this.#groups) this.#tell(`add ${group}`);
  }

  #tell(line: string): void {
    this.#shell?.stdin?.write(`${line}\n`);
  }
}
