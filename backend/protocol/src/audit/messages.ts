// What stream:forensics carries: audit records on their way into the chain.
import { AuditRecord } from './schemas';

export const AuditMessage = AuditRecord;
export type AuditMessage = AuditRecord;
