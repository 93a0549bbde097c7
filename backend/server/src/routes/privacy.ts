// Handlers of privacy: what is kept of the caller and for how long, all of it as a file, and its erasure.
import type { privacyRoutes } from '@verity/protocol/identity/privacy-routes';
import type { Clock } from '@verity/domain/kernel/ports';
import type { BehaviourModels, BehaviourWindows, Terms } from '@verity/domain/risk/ports';
import type { Handlers } from '../http/handler';
import { erasure, type ErasurePorts } from './erasure';
import { exportOf, type ExportPorts } from './export';
import { mustBeFresh } from './fresh-proof';

export interface PrivacyPorts
  extends Omit<ErasurePorts, 'sessions' | 'decisions' | 'moments'>, ExportPorts {
  sessions: ExportPorts['sessions'];
  decisions: ErasurePorts['decisions'] & ExportPorts['decisions'];
  moments: ErasurePorts['moments'] & ExportPorts['moments'];
  windows: Pick<BehaviourWindows, 'count' | 'walk'>;
  models: Pick<BehaviourModels, 'list'>;
  terms: Pick<Terms, 'of'>;
  clock: Clock;
  /** Days that each is kept, by the settings of this installation. */
  retention: Readonly<{
    behaviourDays: number;
    riskDays: number;
    decisionDays: number;
    notificationDays: number;
  }>;
}

const ONE = { limit: 1 };

export function privacyHandlers(ports: PrivacyPorts): Handlers<keyof typeof privacyRoutes> {
  const erase = erasure(ports);
  const { retention } = ports;

  return {
    async 'GET /api/v1/me/privacy'(_input, { caller: { rights } }) {
      const { userId } = rights;
      const [standing, temporary, models, sessions, decisions, alerts, notes, petitions, terms] =
        await Promise.all([
          ports.windows.count(userId, 'standing'),
          ports.windows.count(userId, 'temporary'),
          ports.models.list(userId),
          ports.sessions.list({ userId, sort: 'started' }, ONE),
          ports.decisions.ofUser(userId, {}, ONE),
          ports.alerts.list({ userId }, ONE),
          ports.notifications.list(userId, {}, ONE),
          ports.petitions.list({ userId }, ONE),
          ports.terms.of(userId),
        ]);
      const windows = [...Object.values(standing), ...Object.values(temporary)];
      const kept = (
        what: string,
        about: string,
        records: number | null,
        stays: { days: number } | { until: string },
        erasable = false,
      ) => ({ what, about, records, days: null, until: null, ...stays, erasable });
      const withAccount = { until: 'as long as your account' };
      const byRecord = { until: 'as long as the installation keeps its records' };
      return {
        erased_at: terms.erasedAt?.toISOString() ?? null,
        kept: [
          kept(
            'Behaviour',
            'Statistics over about 25 keystrokes or some seconds of movement each. No text, no key, no page.',
            windows.reduce((sum, each) => sum + each, 0),
            { days: retention.behaviourDays },
            true,
          ),
          kept(
            'Models of your behaviour',
            'What was learnt from those statistics; the newest five of each kind.',
            models.length,
            withAccount,
            true,
          ),
          kept(
            'Scores',
            'The course of your risk, minute by minute, and the evidence and facts it was judged on, by which policies are tried on the past.',
            null,
            { days: retention.riskDays },
            true,
          ),
          kept(
            'Decisions',
            'What the policy decided about your sessions, why, and what became of it. Erasing scores takes their reasons away.',
            decisions.total,
            { days: retention.decisionDays },
          ),
          kept(
            'Sessions',
            'When, from which device and network address.',
            sessions.total,
            withAccount,
          ),
          kept(
            'Account and devices',
            'Name, e-mail address, what your browsers say of themselves.',
            null,
            withAccount,
          ),
          kept('Notifications', 'What you were told.', notes.total, {
            days: retention.notificationDays,
          }),
          kept('Alerts about you', 'What admins looked at.', alerts.total, byRecord),
          kept(
            'Appeals and requests',
            'What you asked and what was answered.',
            petitions.total,
            byRecord,
          ),
          kept(
            'Audit records',
            'Who did what, when, from where: in a log that nobody can change unseen.',
            null,
            byRecord,
          ),
        ],
      };
    },

    async 'GET /api/v1/me/export'(_input, call) {
      const { caller, address } = call;
      const { rights } = caller;
      const at = ports.clock();
      mustBeFresh(rights, at, 'take your data with you');
      await ports.journal.record({
        actor: `user:${rights.userId}`,
        action: 'privacy.exported',
        subject: `user:${rights.userId}`,
        outcome: 'success',
        address,
        details: {},
      });
      call.fileName(`verity-my-data-${at.toISOString().slice(0, 10)}.json`);
      return exportOf(ports, rights.userId, at);
    },

    async 'POST /api/v1/me/erasure'({ body: { scores } }, { caller: { rights }, address }) {
      mustBeFresh(rights, ports.clock(), 'erase your behaviour');
      const by = { by: `user:${rights.userId}`, address };
      return erase(rights.userId, by, { scores, reason: 'asked for by the person' });
    },
  };
}
