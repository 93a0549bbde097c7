// Words for the states that the protocol names, complete by type: a new state does not compile without its word.
import type {
  AlertKind,
  AlertStatus,
  Effect,
  Job,
  JobState,
  MutableNotification,
  Notification,
  PetitionKind,
  PetitionStatus,
  PolicyOutcome,
  PolicyRule,
  PolicyRun,
  PolicyWatch,
  ReplayedSession,
  Role,
  SessionState,
  Severity,
  Source,
  UserStatus,
} from '../core/wire';

export type Tone = '' | 'good' | 'warn' | 'bad' | 'accent';
export interface Label {
  text: string;
  tone: Tone;
}

export const SESSION_STATE = {
  active: { text: 'Active', tone: 'good' },
  step_up: { text: 'Step-up asked', tone: 'warn' },
  restricted: { text: 'Restricted', tone: 'warn' },
  terminated: { text: 'Terminated', tone: 'bad' },
  logged_out: { text: 'Signed out', tone: '' },
  expired: { text: 'Expired', tone: '' },
} as const satisfies Record<SessionState, Label>;

export const ALERT_STATUS = {
  open: { text: 'Open', tone: 'bad' },
  acknowledged: { text: 'Acknowledged', tone: 'accent' },
  investigating: { text: 'Investigating', tone: 'warn' },
  resolved: { text: 'Resolved', tone: 'good' },
  false_positive: { text: 'False positive', tone: '' },
} as const satisfies Record<AlertStatus, Label>;

export const ALERT_KIND = {
  risk_crossing: 'Risk crossing',
  failed_login_burst: 'Failed sign-ins',
  attack: 'Attack seen by a sensor',
  replayed_telemetry: 'Replayed telemetry',
  cloned_passkey: 'Copied passkey',
  user_report: 'Reported by its owner',
  bus_pressure: 'Bus pressure',
  slow_guessing: 'Slow guessing of passwords',
  shared_origin: 'Trouble with one origin',
  alert_cluster: 'Several alerts about one person',
} as const satisfies Record<AlertKind, string>;

export const SEVERITY = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
} as const satisfies Record<Severity, string>;

export const EFFECT = {
  allow: { text: 'Allow', tone: 'good' },
  step_up: { text: 'Step up', tone: 'warn' },
  restrict: { text: 'Restrict', tone: 'warn' },
  terminate: { text: 'Terminate', tone: 'bad' },
} as const satisfies Record<Effect, Label>;

/** What a rule can do: an effect, or only telling. */
export const RULE_EFFECT = {
  ...EFFECT,
  notify: { text: 'Notify', tone: 'accent' },
} as const satisfies Record<PolicyRule['effect'], Label>;

export const OUTCOME = {
  open: { text: 'Open', tone: 'accent' },
  passed: { text: 'Passed', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  abandoned: { text: 'Abandoned', tone: 'warn' },
  terminated: { text: 'Ended', tone: 'bad' },
  eased: { text: 'Eased by itself', tone: '' },
} as const satisfies Record<PolicyOutcome['outcome'], Label>;

export const JOB_STATE = {
  active: { text: 'Running', tone: 'accent' },
  queued: { text: 'Queued', tone: '' },
  waiting: { text: 'Tried again later', tone: 'warn' },
  succeeded: { text: 'Done', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  cancelled: { text: 'Cancelled', tone: '' },
} as const satisfies Record<JobState, Label>;

/** Queues go by their own names. */
export const JOB_QUEUE = {
  ml_queue: 'ml_queue',
  policy_queue: 'policy_queue',
  blockchain_queue: 'blockchain_queue',
  default: 'default',
  pcap_queue: 'pcap_queue',
} as const satisfies Record<Job['queue'], string>;

/** Lists of the console, in the order of a job's life; what ended is one of them. */
export const JOB_VIEW = {
  active: 'Running',
  reserved: 'In hand',
  queued: 'Queued',
  waiting: 'Retrying',
  scheduled: 'Scheduled',
  ended: 'Ended',
  registered: 'Registered',
} as const;
export type JobView = keyof typeof JOB_VIEW;

export const ENDED_STATE = {
  succeeded: JOB_STATE.succeeded,
  failed: JOB_STATE.failed,
  cancelled: JOB_STATE.cancelled,
} as const;

export const JOB_ORIGIN = {
  schedule: 'Schedule',
  console: 'By hand',
  code: 'The platform',
  retry: 'Tried again',
} as const satisfies Record<Job['origin'], string>;

export const RUN_STATE = {
  queued: { text: 'Waiting', tone: '' },
  running: { text: 'Running', tone: 'accent' },
  done: { text: 'Done', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  cancelled: { text: 'Cancelled', tone: '' },
} as const satisfies Record<PolicyRun['state'], Label>;

export const DIFFERENCE = {
  stricter: { text: 'Stricter', tone: 'warn' },
  milder: { text: 'Milder', tone: 'good' },
  other_rule: { text: 'Other rule', tone: 'accent' },
  none: { text: 'Same', tone: '' },
} as const satisfies Record<ReplayedSession['difference'], Label>;

export const WATCH_STATE = {
  forecasting: { text: 'Foretelling', tone: 'accent' },
  watching: { text: 'Watching', tone: 'accent' },
  unwatched: { text: 'Not watched', tone: '' },
  passed: { text: 'As foretold', tone: 'good' },
  diverged: { text: 'Diverged', tone: 'warn' },
  rolled_back: { text: 'Rolled back', tone: 'bad' },
  superseded: { text: 'Superseded', tone: '' },
} as const satisfies Record<PolicyWatch['state'], Label>;

export const PETITION_STATUS = {
  open: { text: 'Waiting', tone: 'accent' },
  upheld: { text: 'Decision stands', tone: '' },
  overturned: { text: 'Overturned', tone: 'good' },
  approved: { text: 'Approved', tone: 'good' },
  refused: { text: 'Refused', tone: '' },
  withdrawn: { text: 'Withdrawn', tone: '' },
} as const satisfies Record<PetitionStatus, Label>;

export const PETITION_KIND = {
  appeal: 'Appeal',
  baseline: 'Temporary baseline',
} as const satisfies Record<PetitionKind, string>;

/** What a person may do without. */
export const MUTABLE_NOTIFICATION = {
  petition: 'An appeal or request of yours is answered',
  step_up_passed: 'You proved who you are',
  session_restored: 'A session has its full rights again',
} as const satisfies Record<MutableNotification, string>;

/** What nobody can do without. */
export const NOTIFICATION_ALWAYS = {
  new_device: 'A new device signs in',
  step_up_required: 'You are asked to prove who you are',
  session_restricted: 'A session of yours can only read',
  session_terminated: 'A session of yours was ended',
  account: 'Password, passkeys or authenticator changed',
  privacy: 'Your behaviour was erased, or learning changed',
  policy: 'The policy was rolled back, or its health needs a look',
  system: 'The daily health report names problems',
} as const satisfies Record<Exclude<Notification['kind'], MutableNotification>, string>;

/** Those of them that only admins are told. */
export const NOTIFICATION_OF_ADMINS: readonly Notification['kind'][] = ['policy', 'system'];

export const ROLE = {
  user: 'User',
  admin: 'Admin',
  auditor: 'Auditor',
} as const satisfies Record<Role, string>;

export const USER_STATUS = {
  invited: { text: 'Invited', tone: 'accent' },
  active: { text: 'Active', tone: 'good' },
  disabled: { text: 'Disabled', tone: '' },
} as const satisfies Record<UserStatus, Label>;

export const SOURCE = {
  prior: 'Starting point',
  keystroke: 'Typing rhythm',
  mouse: 'Mouse movement',
  device: 'Device',
  address: 'Network address',
  travel: 'Journey',
  hour: 'Time of day',
  failed_logins: 'Failed sign-ins',
  concurrent_sessions: 'Other sessions',
  replay: 'Replayed data',
  threat: 'Attack nearby',
  step_up: 'Proof of identity',
  verdict: 'Your word',
} as const satisfies Record<Source, string>;

/** Parts of the platform by the names that their makers write. */
const PARTS: Readonly<Record<string, string>> = {
  mongodb: 'MongoDB',
  redis: 'Redis',
  ipfs: 'IPFS',
  chain: 'Chain',
};
export const partName = (name: string): string => PARTS[name] ?? name;

/** Who wrote a version of the policy: a person by address, or Verity itself (`system:…`). */
export const authorName = (author: string): string =>
  author.startsWith('system:') ? 'Verity' : author;

/** Keys of a record with their own type, in the order in which they are written. */
export const keysOf = <K extends string>(record: Record<K, unknown>): K[] =>
  Object.keys(record) as K[];
