// Steps of `npm test`: a child in the foreground whose end is counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { projectRoot } from '../bundle.mjs';

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

export const passed: Count = { passed: 1, failed: 0 };
export const failed: Count = { passed: 0, failed: 1 };

export interface Step {
  readonly title: string;
  run(): Promise<Count>;
}

/** Runs a command to its end; its output goes to the terminal, or to `hear`. */
export async function run(
  [program, ...args]: readonly string[],
  hear?: (text: string) => void,
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  const child = spawn(program as string, args, {
    cwd: projectRoot,
    stdio: ['ignore', hear ? 'pipe' : 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (hear) child.stdout?.on('data', (chunk: Buffer) => hear(chunk.toString()));
  // Ctrl-C reaches the child through the terminal; what is sent to us alone is passed on.
  const pass = (signal: NodeJS.Signals) => {
    child.once('close', () => process.exit(130));
    if (signal !== 'SIGINT') child.kill(signal);
  };
  process.once('SIGINT', pass).once('SIGTERM', pass);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('SIGINT', pass).off('SIGTERM', pass);
  return code ?? 1;
}
