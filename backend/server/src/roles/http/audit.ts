// Wires the routes of the audit record.
import { auditHandlers } from '../../routes/audit';
import { sha256 } from '../ground';
import type { HttpGround } from './http-ground';

export const auditRoutes = ({ stores }: HttpGround) =>
  auditHandlers({ chain: stores.auditChain, sha256 });
