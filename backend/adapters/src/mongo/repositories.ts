// Every repository over MongoDB, and the indexes that they need.
import type { Connection } from 'mongoose';
import type { Clock } from '@verity/domain/kernel/ports';
import { alerts, MongoAlerts } from './alerts';
import { applications, MongoApplications } from './applications';
import { auditAnchors, MongoAuditAnchors } from './audit-anchors';
import { auditEntries, MongoAuditEntries } from './audit-entries';
import { auditEvidence, MongoAuditEvidence } from './audit-evidence';
import { auditLogs, auditPersonKeys } from './audit-keys';
import { auditVerifications, MongoAuditVerifications } from './audit-verifications';
import { chainAccounts, chainContracts } from './chain-places';
import {
  behaviourModels,
  behaviourWindows,
  MongoBehaviourModels,
  MongoBehaviourWindows,
} from './behaviour';
import {
  apiKeys,
  invitations,
  MongoApiKeys,
  MongoInvitations,
  MongoRefreshTokens,
  MongoSigningKeys,
  refreshTokens,
  signingKeys,
} from './credentials';
import { MongoDemoData } from './demo-data';
import { devices, MongoDevices } from './devices';
import { answered } from './faults';
import { groups, MongoGroups } from './groups';
import { MongoJudgedSessions } from './judged-sessions';
import { jobs, MongoJobs } from './jobs';
import { MongoLiveSessions } from './live-sessions';
import { MongoNotifications, notifications } from './notifications';
import { MongoPetitions, petitions } from './petitions';
import { decisions, MongoDecisions, MongoPolicies, policies } from './policies';
import { MongoMoments, policyMoments } from './policy-moments';
import { MongoOutcomes, policyOutcomes } from './policy-outcomes';
import { MongoPolicyRuns, policyRuns, policyRunSessions } from './policy-runs';
import { MongoPolicySettings, MongoWatches, policySettings, policyWatches } from './policy-watches';
import { MongoRiskHistory, riskMinutes } from './risk-history';
import { MongoSessions, sessions } from './sessions';
import { modelOf } from './store';
import { schedules } from './schedules';
import { learningTerms, MongoTerms } from './terms';
import { MongoThreatFacts } from './threat-facts';
import { MongoUsers, users } from './users';
import { deliveries, MongoDeliveries, MongoWebhooks, webhooks } from './webhooks';

export interface RepositoryOptions {
  clock: Clock;
  /** Days that each is kept. */
  riskDays?: number;
  behaviourDays?: number;
  decisionDays?: number;
  notificationDays?: number;
  deliveryDays?: number;
  jobDays?: number;
}

export type Repositories = ReturnType<typeof mongoRepositories>;

export function mongoRepositories(connection: Connection, options: RepositoryOptions) {
  return {
    users: new MongoUsers(connection),
    groups: new MongoGroups(connection),
    devices: new MongoDevices(connection),
    sessions: new MongoSessions(connection),
    invitations: new MongoInvitations(connection, options.clock),
    refreshTokens: new MongoRefreshTokens(connection),
    apiKeys: new MongoApiKeys(connection),
    applications: new MongoApplications(connection),
    webhooks: new MongoWebhooks(connection),
    deliveries: new MongoDeliveries(connection, options.deliveryDays ?? 30),
    signingKeys: new MongoSigningKeys(connection),
    notifications: new MongoNotifications(connection, options.notificationDays ?? 90),
    riskHistory: new MongoRiskHistory(connection, options.riskDays ?? 30),
    behaviourWindows: new MongoBehaviourWindows(connection, options.behaviourDays ?? 90),
    behaviourModels: new MongoBehaviourModels(connection, options.clock),
    policies: new MongoPolicies(connection),
    decisions: new MongoDecisions(connection, options.decisionDays ?? 90),
    moments: new MongoMoments(connection, options.riskDays ?? 30),
    outcomes: new MongoOutcomes(connection, options.decisionDays ?? 90),
    judged: new MongoJudgedSessions(connection),
    policyRuns: new MongoPolicyRuns(connection),
    policyWatches: new MongoWatches(connection),
    policySettings: new MongoPolicySettings(connection),
    terms: new MongoTerms(connection),
    alerts: new MongoAlerts(connection),
    threatFacts: new MongoThreatFacts(connection),
    petitions: new MongoPetitions(connection),
    auditEvidence: new MongoAuditEvidence(connection),
    auditEntries: new MongoAuditEntries(connection),
    auditVerifications: new MongoAuditVerifications(connection),
    auditAnchors: new MongoAuditAnchors(connection),
    jobs: new MongoJobs(connection, options.jobDays ?? 30),
    demoData: new MongoDemoData(connection),
    liveSessions: new MongoLiveSessions(connection),
  };
}

const COLLECTIONS = [
  users,
  groups,
  devices,
  sessions,
  invitations,
  refreshTokens,
  apiKeys,
  applications,
  webhooks,
  deliveries,
  signingKeys,
  notifications,
  riskMinutes,
  behaviourWindows,
  behaviourModels,
  policies,
  decisions,
  policyMoments,
  policyOutcomes,
  policyRuns,
  policyRunSessions,
  policyWatches,
  policySettings,
  alerts,
  petitions,
  learningTerms,
  auditEntries,
  auditEvidence,
  auditPersonKeys,
  auditLogs,
  auditVerifications,
  auditAnchors,
  chainAccounts,
  chainContracts,
  jobs,
  schedules,
];

/** Makes collections and indexes that are missing; what is there already costs nothing. Call once at start. */
export async function ensureIndexes(connection: Connection): Promise<void> {
  for (const declaration of COLLECTIONS) {
    await answered(() => modelOf(connection, declaration).createIndexes());
  }
}

/** Resolves when the server answers. */
export async function pingMongo(connection: Connection): Promise<void> {
  await answered(async () => connection.getClient().db().command({ ping: 1 }));
}
