// Words of the audit log's own states, complete by type.
import type {
  AuditAnchor,
  AuditVerification,
  ClosedField,
  ReceiptLink,
  ReceiptReport,
} from '../../core/wire';
import type { Label } from '../../ui/labels';

export const ANCHOR_STATE = {
  pending: { text: 'Waits to be sent', tone: 'warn' },
  sent: { text: 'Sent', tone: 'accent' },
  confirmed: { text: 'Confirmed', tone: 'good' },
  elsewhere: { text: 'On a former chain', tone: '' },
} as const satisfies Record<AuditAnchor['state'], Label>;

export const VERIFICATION_STATE = {
  running: { text: 'Under way', tone: 'accent' },
  intact: { text: 'Intact', tone: 'good' },
  broken: { text: 'Broken', tone: 'bad' },
  failed: { text: 'Could not be made', tone: 'warn' },
  cancelled: { text: 'Cancelled', tone: '' },
} as const satisfies Record<AuditVerification['state'], Label>;

export const VERDICT = {
  proven: { text: 'Proven on chain', tone: 'good' },
  consistent: { text: 'Consistent, not proven on the chain', tone: 'warn' },
  broken: { text: 'Broken', tone: 'bad' },
} as const satisfies Record<ReceiptReport['verdict'], Label>;

export const LINK = {
  format: 'Format',
  leaf: 'Leaf',
  openings: 'Disclosed fields',
  inclusion: 'Path to the root',
  checkpoint: 'Checkpoint',
  anchor: 'Anchor on the chain',
  evidence: 'Evidence',
} as const satisfies Record<ReceiptLink['link'], string>;

export const LINK_STATE = {
  holds: { text: 'Holds', tone: 'good' },
  fails: { text: 'Fails', tone: 'bad' },
  unchecked: { text: 'Not checked', tone: '' },
} as const satisfies Record<ReceiptLink['state'], Label>;

export const CLOSED_FIELD = {
  actor: 'Actor',
  subject: 'Subject',
  address: 'Network address',
  details: 'Details',
} as const satisfies Record<ClosedField, string>;
