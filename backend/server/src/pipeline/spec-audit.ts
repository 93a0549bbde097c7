// For specs: the audit log as the roles open it.
export { openAudit, openSequencer, type Audit } from '../roles/audit';
