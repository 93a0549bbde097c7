// Alerts that nobody takes up: graver after a while, and told anew when they cannot become graver.
import { SEVERITIES, type Severity } from '@verity/protocol/alerts/schemas';
import type { Finding, LeftOpen } from './ports';

const HOUR_MS = 3_600_000;

/** Hours without news after which an open alert that is nobody's is raised. What is low may lie. */
export const PATIENCE_HOURS: Partial<Record<Severity, number>> = {
  critical: 4,
  high: 8,
  medium: 24,
};

/** The same alert again, a step graver: it joins itself, and everybody who watches is told. */
export function raised({ id, report, createdAt, updatedAt }: LeftOpen, now: Date): Finding {
  const severity =
    SEVERITIES[Math.min(SEVERITIES.indexOf(report.severity) + 1, SEVERITIES.length - 1)] ??
    'critical';
  const hours = Math.floor((now.getTime() - createdAt.getTime()) / HOUR_MS);
  return {
    newest: `${id}:${updatedAt.toISOString()}`,
    newestAt: updatedAt,
    report: {
      ...report,
      severity,
      at: now.toISOString(),
      sources: [
        {
          layer: 0,
          model_name: 'rule: left open',
          confidence: report.confidence,
          context_evidence: { open_hours: hours, severity_before: report.severity },
        },
      ],
    },
  };
}
