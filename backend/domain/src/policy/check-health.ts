// The watch over a new version (`check_policy_health`): forecast, compare, and take it back when it hits too many.
import { Fault } from '@verity/protocol/faults';
import type { PageRequest } from '../kernel/page-request';
import type { HitRates, PolicySettings, PolicyWatch } from '@verity/protocol/policy/health';
import type { Page } from '@verity/protocol/page';
import type { Policy } from '@verity/protocol/policy/schemas';
import { breather, type Breathe } from './breather';
import { divergenceOf, nextLook, percent } from './health';
import type { Moments } from './moments';
import type { Outcomes } from './outcome-ports';
import type { Policies } from './ports';
import { prepareSession, replay } from './replay';
import { rollBack, type RollbackPorts } from './roll-back';
import type { Progress } from './simulate';

/** Who rolls back, in the list of versions and in the audit log. */
export const ROLLED_BACK_BY = 'system:policy-health';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const PILING_UP_MS = 600_000;

export interface Watches {
  of(version: number): Promise<PolicyWatch | null>;
  /** A watch that is there already stays. */
  begin(watch: PolicyWatch): Promise<void>;
  change(version: number, changes: Partial<Omit<PolicyWatch, 'version'>>): Promise<void>;
  /** Ends the watches over versions before this one that still go on. */
  supersede(before: number): Promise<void>;
  list(page: PageRequest): Promise<Page<PolicyWatch>>;
}

export interface HealthPorts extends RollbackPorts {
  policies: Pick<Policies, 'current' | 'byVersion' | 'previous'>;
  watches: Watches;
  settings(): Promise<PolicySettings>;
  moments: Pick<Moments, 'recorded' | 'countOfSessions'>;
  outcomes: Pick<Outcomes, 'hitBy'>;
  /** Tells the admins. */
  warn(watch: PolicyWatch): Promise<void>;
  breathe: Breathe;
}

/**
 * Whether a look at the version in force would tell something new: it is watched, or its watch has not begun. False when
 * nobody has looked for so long that asks pile up somewhere: the hourly look is enough then.
 */
export async function watchIsDue({
  policies,
  watches,
  clock,
}: Pick<HealthPorts, 'policies' | 'watches' | 'clock'>): Promise<boolean> {
  const { version, created_at } = await policies.current();
  const watch = await watches.of(version);
  const lookedAt = Date.parse(watch?.checked_at ?? created_at);
  if (clock().getTime() - lookedAt > PILING_UP_MS) return false;
  return watch ? watch.state === 'watching' : (await policies.previous(version)) !== null;
}

/** One look at the version in force. Looking twice changes nothing more. Answers how it stands; null for the first version. */
export async function checkPolicyHealth(
  tools: HealthPorts,
  signal: AbortSignal,
  progress: Progress = () => undefined,
): Promise<PolicyWatch | null> {
  const current = await tools.policies.current();
  const settings = await tools.settings();
  await tools.watches.supersede(current.version);
  const watch = await watchOf(current, settings, tools);
  if (!watch) return null;
  if (watch.state === 'forecasting') {
    await forecast(watch, current, settings, tools, signal, progress);
  } else if (watch.state === 'watching') {
    await compare(watch, settings, tools);
  }
  return tools.watches.of(current.version);
}

async function watchOf(
  current: Policy,
  settings: PolicySettings,
  { policies, watches }: HealthPorts,
): Promise<PolicyWatch | null> {
  const known = await watches.of(current.version);
  if (known) return known;
  const before = await policies.previous(current.version);
  if (!before) return null;
  const since = Date.parse(current.created_at);
  const watch: PolicyWatch = {
    version: current.version,
    replaces: before.version,
    since: current.created_at,
    until: new Date(since + settings.watch_hours * HOUR_MS).toISOString(),
    state: 'forecasting',
    note: 'Recorded sessions are being judged by it.',
    forecast: null,
    live: null,
    divergence: null,
    next_look: settings.minimum_sessions,
    checked_at: null,
    rolled_back_by: null,
  };
  await watches.begin(watch);
  return watch;
}

/** What the version would have made of the sessions before it. */
async function forecast(
  watch: PolicyWatch,
  policy: Policy,
  settings: PolicySettings,
  { moments, watches, breathe, clock }: HealthPorts,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  const to = new Date(watch.since);
  const period = { from: new Date(to.getTime() - settings.days * DAY_MS), to };
  const total = await moments.countOfSessions(period);
  const judged = breather(breathe);
  const rates: HitRates = { sessions: 0, challenged: 0, terminated: 0 };
  if (total >= settings.minimum_sessions) {
    for await (const recorded of moments.recorded(period)) {
      signal.throwIfAborted();
      const session = prepareSession(recorded);
      const replayed = replay(policy, session);
      await judged(session);
      rates.sessions += 1;
      if (replayed.challenges > 0) rates.challenged += 1;
      if (replayed.termination) rates.terminated += 1;
      progress(rates.sessions, total);
    }
  }
  const enough = rates.sessions >= settings.minimum_sessions;
  await watches.change(watch.version, {
    forecast: enough ? rates : null,
    state: enough ? 'watching' : 'unwatched',
    checked_at: clock().toISOString(),
    note: enough
      ? `Foretold from ${rates.sessions} sessions: ${saying(rates)}.`
      : `Only ${total} sessions are recorded of the ${settings.days} days before it; a forecast needs ${settings.minimum_sessions}.`,
  });
}

const saying = ({ sessions, challenged, terminated }: HitRates): string =>
  `${percent({ count: challenged, of: sessions })} challenged, ${percent({ count: terminated, of: sessions })} ended`;

async function compare(
  watch: PolicyWatch,
  settings: PolicySettings,
  tools: HealthPorts,
): Promise<void> {
  const { watches, moments } = tools;
  const now = tools.clock();
  const since = new Date(watch.since);
  const [sessions, hits] = await Promise.all([
    moments.countOfSessions({ from: since, to: now }),
    tools.outcomes.hitBy(watch.version, since),
  ]);
  const live = { sessions: Math.max(sessions, hits.challenged, hits.terminated), ...hits };
  const seen = { live, checked_at: now.toISOString() };
  const over = now >= new Date(watch.until);
  const look = sessions >= watch.next_look || (over && sessions >= settings.minimum_sessions);
  if (!look || !watch.forecast) {
    const passed = over
      ? { state: 'passed' as const, note: tooFew(sessions, settings.minimum_sessions) }
      : {};
    return watches.change(watch.version, { ...seen, ...passed });
  }
  const divergence = divergenceOf(live, watch.forecast);
  const next_look = nextLook(sessions, settings.minimum_sessions);
  if (!divergence) {
    const note = `As foretold after ${sessions} sessions: ${saying(live)}.`;
    const state = over ? 'passed' : 'watching';
    return watches.change(watch.version, { ...seen, next_look, note, state });
  }
  const note = inWords(live, watch.forecast, divergence);
  const told: PolicyWatch = { ...watch, ...seen, next_look, divergence, note, state: 'diverged' };
  await act(told, settings, tools);
}

const tooFew = (sessions: number, minimum: number): string =>
  `The time is over. Only ${sessions} sessions lived; comparing needs ${minimum}.`;

const inWords = (
  live: HitRates,
  forecast: HitRates,
  { what, direction }: NonNullable<PolicyWatch['divergence']>,
): string => {
  const share = (of: HitRates) => percent({ count: of[what], of: of.sessions });
  const done = what === 'challenged' ? 'challenged' : 'ended';
  return `${share(live)} of ${live.sessions} sessions were ${done}, ${direction} than the ${share(forecast)} foretold from ${forecast.sessions}.`;
};

/**
 * Rolls back, or only warns: when the setting says so, when fewer people are hit than foretold (the version before may be
 * as wrong), and when the version itself came from a rollback, so that two policies never take turns.
 */
async function act(told: PolicyWatch, settings: PolicySettings, tools: HealthPorts): Promise<void> {
  const { version, replaces, divergence } = told;
  const wanted = settings.when_diverging === 'roll_back' && divergence?.direction === 'more';
  const byRollback = (await tools.policies.byVersion(version))?.author === ROLLED_BACK_BY;
  let end = told;
  if (wanted && byRollback) {
    const note = `${told.note} It stays in force, since a rollback made it: look at both versions.`;
    end = { ...told, note };
  } else if (wanted && replaces !== null) {
    end = await takeBack(told, replaces, tools);
  }
  const { version: _, ...changes } = end;
  await tools.watches.change(version, changes);
  await tools.warn(end);
}

async function takeBack(told: PolicyWatch, to: number, tools: HealthPorts): Promise<PolicyWatch> {
  const by = { actor: ROLLED_BACK_BY, author: ROLLED_BACK_BY, address: null };
  try {
    const made = await rollBack({ version: told.version, to, reason: told.note, by }, tools);
    // Null: somebody else has put another version in force meanwhile.
    return made ? { ...told, state: 'rolled_back', rolled_back_by: made.version } : told;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'invalid-input') throw error;
    return { ...told, note: `${told.note} It stays in force. ${error.message}` };
  }
}
