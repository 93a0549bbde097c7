// Names of the schemas that the API description shows once and refers to: the nouns of Verity.
import type { z } from 'zod';
import * as petitions from '@verity/protocol/alerts/petition-schemas';
import * as alerts from '@verity/protocol/alerts/schemas';
import * as applications from '@verity/protocol/applications/schemas';
import * as webhooks from '@verity/protocol/applications/webhooks';
import * as proofs from '@verity/protocol/audit/proof-schemas';
import * as audit from '@verity/protocol/audit/schemas';
import * as passkeys from '@verity/protocol/identity/passkeys';
import { Receipt } from '@verity/protocol/identity/privacy-routes';
import * as identity from '@verity/protocol/identity/schemas';
import * as jobsConsole from '@verity/protocol/jobs/console-schemas';
import * as jobs from '@verity/protocol/jobs/schemas';
import * as network from '@verity/protocol/network/schemas';
import * as operations from '@verity/protocol/operations/routes';
import * as health from '@verity/protocol/policy/health';
import * as outcomes from '@verity/protocol/policy/outcomes';
import * as runs from '@verity/protocol/policy/runs';
import * as policy from '@verity/protocol/policy/schemas';
import { OwnAlert, OwnDecision } from '@verity/protocol/risk/why-routes';
import * as risk from '@verity/protocol/risk/schemas';
import * as telemetry from '@verity/protocol/telemetry/schemas';

/** Name -> schema and what it is. */
export const NAMED_SCHEMAS: Record<string, [schema: z.ZodType, about: string]> = {
  Role: [identity.Role, 'What a person may do: user, admin or auditor.'],
  Scope: [identity.Scope, 'One thing that an API key may do.'],
  UserStatus: [identity.UserStatus, 'Where a person stands: invited, active or disabled.'],
  User: [identity.User, 'A person who can sign in.'],
  DeviceProfile: [identity.DeviceProfile, 'What a browser says of itself at sign-in.'],
  Device: [identity.Device, 'A browser that a person has signed in from.'],
  SessionState: [
    identity.SessionState,
    'What a session may do now. It lives while active, step_up or restricted.',
  ],
  Session: [identity.Session, 'A signed-in person on a device, with the risk of now.'],
  Notification: [identity.Notification, 'Something that a person should know.'],
  ApiKey: [identity.ApiKey, 'A key of an application; the secret itself is shown once, when made.'],
  Passkey: [passkeys.Passkey, 'A passkey of a person; its private key never leaves their device.'],
  CreationOptions: [
    passkeys.CreationOptions,
    'Options for navigator.credentials.create(), as JSON (WebAuthn Level 3).',
  ],
  RequestOptions: [
    passkeys.RequestOptions,
    'Options for navigator.credentials.get(), as JSON (WebAuthn Level 3).',
  ],
  AttestationAnswer: [
    passkeys.AttestationAnswer,
    'What navigator.credentials.create() gave, as JSON; binary in base64url.',
  ],
  AssertionAnswer: [
    passkeys.AssertionAnswer,
    'What navigator.credentials.get() gave, as JSON; binary in base64url.',
  ],
  StepUpMethod: [identity.StepUpMethod, 'A way to prove again who one is.'],
  Verdict: [identity.Verdict, 'What a person says of a session: this was me, or not.'],
  SignedIn: [identity.SignedIn, 'An access token with the person and session that it is for.'],
  Band: [risk.Band, 'Low below 30, medium below 60, high below 80, critical from 80.'],
  Source: [risk.Source, 'Where a piece of evidence comes from.'],
  Counterfactual: [risk.Counterfactual, 'What would change the score, and to what.'],
  Contribution: [
    risk.Contribution,
    'One part of the evidence. The log-odds of all contributions sum to those of the score.',
  ],
  RiskScore: [
    risk.RiskScore,
    'The risk of a session: 100 / (1 + exp(-log_odds)), with every contribution to it.',
  ],
  SessionBehaviour: [
    risk.SessionBehaviour,
    'Mean and deviation of each feature over the windows of a session.',
  ],
  RiskPoint: [risk.RiskPoint, 'The score at one moment.'],
  ModelState: [risk.ModelState, 'Whether the model of a person has learnt enough.'],
  ModelStatus: [risk.ModelStatus, 'How far the model of a person’s behaviour has learnt.'],
  Job: [jobs.Job, 'A piece of work, from its queue to its end.'],
  JobState: [jobs.JobState, 'How far a job is; succeeded, failed and cancelled are final.'],
  JobError: [jobs.JobError, 'Why a job failed, and how to mend it.'],
  QueueName: [jobs.QueueName, 'A queue of jobs.'],
  QueueState: [jobsConsole.QueueState, 'What waits in a queue, and who reads it.'],
  Worker: [jobsConsole.ShownWorker, 'A process that runs jobs.'],
  RegisteredTask: [jobsConsole.RegisteredTask, 'What can be run, with the schema of its payload.'],
  Schedule: [jobsConsole.ScheduleState, 'When a task is ticked, and what became of the last tick.'],
  TaskStatistics: [jobsConsole.TaskStatistics, 'What a task did over a time.'],
  Effect: [policy.Effect, 'What a policy does to a session, from mild to strict.'],
  Condition: [policy.Condition, 'When a rule holds: every condition that is present must.'],
  Rule: [policy.Rule, 'One rule: the first that holds decides; notify rules let the next decide.'],
  Hysteresis: [policy.Hysteresis, 'How far and how long the score must stay below to be let off.'],
  PolicyDraft: [policy.PolicyDraft, 'What a policy says: ordered rules, and when it lets off.'],
  PolicyChange: [policy.PolicyChange, 'One line of a difference between two versions.'],
  Policy: [policy.Policy, 'A version of the policy, with author, reason and difference.'],
  Decision: [policy.Decision, 'What the policy in force made of a session.'],
  KeptDraft: [policy.KeptDraft, 'A draft that was sent and is kept.'],
  PolicyOutcome: [outcomes.PolicyOutcome, 'What became of a challenge or a termination.'],
  Share: [outcomes.Share, 'A share with its 95 % Wilson interval.'],
  Effectiveness: [outcomes.Effectiveness, 'How well the policy did in a period.'],
  PolicyRun: [runs.ShownRun, 'A simulation or a search over recorded sessions.'],
  ReplayHit: [runs.ReplayHit, 'Where a rule takes rights away in a replay.'],
  ReplayFigures: [runs.ReplayFigures, 'What a policy makes of all the recorded sessions.'],
  ReplayedSession: [runs.ReplayedSession, 'A session under a draft, beside the policy of today.'],
  FrontierPoint: [runs.FrontierPoint, 'Thresholds, and what they make of recorded sessions.'],
  SimulationResult: [runs.SimulationResult, 'What a draft would have made of the past.'],
  OptimisationResult: [runs.OptimisationResult, 'What a search for thresholds found.'],
  HitRates: [health.HitRates, 'Sessions, and how many were challenged and ended.'],
  Divergence: [health.Divergence, 'How live rates differ from those foretold.'],
  PolicyWatch: [health.PolicyWatch, 'A new version against what was foretold of it.'],
  PolicySettings: [health.PolicySettings, 'How thresholds are searched and versions watched.'],
  Severity: [alerts.Severity, 'How bad it is.'],
  AlertStatus: [alerts.AlertStatus, 'Where an alert stands in its workflow.'],
  AlertKind: [alerts.AlertKind, 'What an alert is about.'],
  AlertSource: [alerts.AlertSource, 'Which part of which layer spoke, and on what evidence.'],
  AlertNote: [alerts.AlertNote, 'What somebody wrote on an alert.'],
  Alert: [alerts.Alert, 'Something that a human must look at.'],
  Action: [audit.Action, 'What was done, as the audit log names it.'],
  ShownAuditRecord: [
    audit.ShownAuditRecord,
    'Who did what to what, when, from where, with what outcome; null where it was erased.',
  ],
  AuditEntry: [audit.AuditEntry, 'A record in its place in the log.'],
  AuditLeaf: [audit.AuditLeaf, 'A record as it stands in the public log.'],
  AuditFinding: [audit.AuditFinding, 'What does not hold in the log, and where.'],
  AuditVerification: [audit.AuditVerification, 'A walk over the log and what hangs on it.'],
  AnchorPlace: [audit.AnchorPlace, 'Where an anchor stands on a chain.'],
  AnchorState: [audit.AnchorState, 'How far an anchor is.'],
  AuditAnchor: [audit.AuditAnchor, 'A checkpoint of the log on its way to the chain or there.'],
  EvidenceState: [proofs.EvidenceState, 'Where the evidence of a record is.'],
  RecordProof: [proofs.RecordProof, 'A record with all between it and the chain.'],
  ReceiptLink: [proofs.ReceiptLink, 'One link of a receipt: whether it holds, why, and where.'],
  ReceiptReport: [proofs.ReceiptReport, 'What a check of a receipt found.'],
  LogIntegrity: [proofs.LogIntegrity, 'How the log stands.'],
  Group: [identity.Group, 'People whom rules of the policy can name together.'],
  Receipt: [Receipt, 'What an erasure removed, when, and at whose wish.'],
  OwnDecision: [OwnDecision, 'A decision about a session of the reader.'],
  OwnAlert: [OwnAlert, 'An alert about the reader, without what only admins see.'],
  PetitionEvidence: [petitions.PetitionEvidence, 'What stood behind that which is appealed.'],
  Petition: [petitions.Petition, 'An appeal, or a request for a temporary baseline.'],
  NetworkWindow: [network.NetworkWindow, 'What a sensor measured of a facility in one window.'],
  Application: [applications.Application, 'An application that hands over its own sessions.'],
  ApplicationSession: [applications.ApplicationSession, 'A session of an application.'],
  Webhook: [webhooks.Webhook, 'Where an application is told of what, and how that goes.'],
  Delivery: [webhooks.Delivery, 'One event on its way to one webhook, with every attempt.'],
  Health: [operations.Health, 'Whether each dependency does what it is there for.'],
  RealtimeStatistics: [operations.RealtimeStatistics, 'Sockets, people and rooms of now.'],
  CacheStatistics: [operations.CacheStatistics, 'Keys, bytes and hit rates of the cache.'],
  StreamStatistics: [operations.StreamStatistics, 'A stream of the bus and its groups.'],
  BehavioralData: [
    telemetry.BehavioralData,
    'One second of behaviour: timings and movements, never which key or what text.',
  ],
};
