// Detection over a longer time (`run_threat_detections`): what no single session shows, and alerts that nobody takes up.
import { uuidV7 } from '../kernel/ids';
import type { MessageId } from '@verity/protocol/ids';
import { SEVERITIES } from '@verity/protocol/alerts/schemas';
import { alertClusters } from './alert-cluster';
import { guessing, GUESSING, MOST_COUNTERPARTS } from './guessing';
import { PATIENCE_HOURS, raised } from './left-open';
import { ORIGINS, type DetectionPorts, type Finding, type TroubledSession } from './ports';
import { byOrigin, sharedOrigin } from './shared-origin';

const HOUR_MS = 3_600_000;
/** Alerts that one round makes graver; the rest follow with the next. */
const MOST_RAISED = 50;

export interface Detections {
  /** Found in the look-back, reported before or not. */
  found: number;
  /** Reported now, by kind. */
  reported: Record<string, number>;
  /** Alerts that nobody had taken up. */
  raised: number;
}

/**
 * Looks back over the facts of all sessions. What it finds goes where every detection reports; a report bears an id made
 * of its newest fact, so what was reported before is reported again only when something new belongs to it.
 */
export async function runDetections(
  hours: number,
  ports: DetectionPorts,
  signal: AbortSignal,
): Promise<Detections> {
  const now = ports.clock();
  const since = new Date(now.getTime() - hours * HOUR_MS);
  const { facts } = ports;
  const least = Math.min(GUESSING.accounts, GUESSING.addresses);
  const failed = await facts.failedSignIns(since, { least, most: MOST_COUNTERPARTS });
  signal.throwIfAborted();
  const accounts = [...new Set(failed.map(({ account }) => account.id))];
  const signIns = accounts.length > 0 ? await facts.signIns(accounts, since) : [];
  signal.throwIfAborted();
  const shared = await sharedOrigins(await facts.troubled(since), since, now, ports);
  signal.throwIfAborted();
  const clusters = alertClusters(await facts.alerts(since), now);
  const found = [...guessing(failed, signIns, now), ...shared, ...clusters];
  const reported = await report(found, ports, signal);
  const left = await report(await leftOpen(now, ports), ports, signal);
  return {
    found: found.length,
    reported: Object.fromEntries(
      [...new Set(reported.map(({ kind }) => kind))].map((kind) => [
        kind,
        reported.filter((one) => one.kind === kind).length,
      ]),
    ),
    raised: left.length,
  };
}

async function sharedOrigins(
  troubled: readonly TroubledSession[],
  since: Date,
  now: Date,
  { facts }: DetectionPorts,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const origin of ORIGINS) {
    const groups = byOrigin(troubled, origin);
    if (groups.size === 0) continue;
    const counts = await facts.accountsOf(origin, [...groups.keys()], since);
    for (const [value, sessions] of groups) {
      const accounts = counts.get(value) ?? sessions.length;
      const finding = sharedOrigin({ origin, value, accounts }, sessions, now);
      if (finding) found.push(finding);
    }
  }
  return found;
}

/** The gravest first. */
async function leftOpen(now: Date, { facts }: DetectionPorts): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const severity of [...SEVERITIES].reverse()) {
    const hours = PATIENCE_HOURS[severity];
    const room = MOST_RAISED - found.length;
    if (hours === undefined || room <= 0) continue;
    const before = new Date(now.getTime() - hours * HOUR_MS);
    const alerts = await facts.leftOpen(severity, before, room);
    found.push(...alerts.map((alert) => raised(alert, now)));
  }
  return found;
}

async function report(
  found: readonly Finding[],
  ports: DetectionPorts,
  signal: AbortSignal,
): Promise<Finding['report'][]> {
  const byId = new Map(found.map((finding) => [idOf(finding, ports), finding.report]));
  const known = await ports.facts.reported([...byId.keys()]);
  const reported: Finding['report'][] = [];
  for (const [id, message] of byId) {
    if (known.has(id)) continue;
    signal.throwIfAborted();
    await ports.raise(message, id);
    reported.push(message);
  }
  return reported;
}

/** The same for the same facts, whenever and wherever they are found. */
function idOf({ report: { group_key }, newest, newestAt }: Finding, ports: DetectionPorts) {
  const digest = ports.sha256(new TextEncoder().encode(`${group_key}\n${newest}`));
  return uuidV7(newestAt.getTime(), digest) as MessageId;
}
