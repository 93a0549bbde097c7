// Health: asks each dependency whether it answers, at most twice a second however many want to know.
import { Fault } from '@verity/protocol/faults';
import type { Health } from '@verity/protocol/operations/routes';

export interface HealthCheck {
  name: string;
  /** Resolves when the dependency does what it is there for. */
  check: () => Promise<unknown>;
  /** How to mend it, for an operator. No address and no secret: anybody may read it. */
  fix: string;
  /** The platform serves without it: shown, and never a reason not to be ready. */
  optional?: boolean;
}

export type HealthNow = () => Promise<Health>;

const PATIENCE_MS = 2_000;
const REMEMBERED_MS = 500;

type Dependency = Health['dependencies'][number];

export function healthOf(
  checks: readonly HealthCheck[],
  version: string,
  patienceMs = PATIENCE_MS,
): HealthNow {
  let latest: { at: number; health: Promise<Health> } | undefined;

  const look = async (): Promise<Health> => {
    const dependencies = await Promise.all(checks.map((check) => examine(check, patienceMs)));
    return { ok: dependencies.every(({ ok, optional }) => ok || optional), version, dependencies };
  };

  return () => {
    const now = performance.now();
    if (!latest || now - latest.at > REMEMBERED_MS) latest = { at: now, health: look() };
    return latest.health;
  };
}

async function examine(
  { name, check, fix, optional }: HealthCheck,
  patienceMs: number,
): Promise<Dependency> {
  const began = performance.now();
  const problem = await problemOf(check, patienceMs);
  const milliseconds = Math.round((performance.now() - began) * 10) / 10;
  const found = { name, ...(optional ? { optional } : {}), milliseconds };
  return problem ? { ...found, ok: false, problem, fix } : { ...found, ok: true };
}

/** In our own words only: errors of drivers name hosts, ports and sometimes credentials. */
async function problemOf(check: HealthCheck['check'], patienceMs: number): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`It gave no answer in ${patienceMs / 1000} s.`), patienceMs);
  });
  try {
    return await Promise.race([
      Promise.resolve()
        .then(check)
        .then(() => null),
      silence,
    ]);
  } catch (error) {
    return error instanceof Fault ? error.message : 'It does not answer as it should.';
  } finally {
    clearTimeout(timer);
  }
}
