// The subjects whose routes the HTTP role serves: a new one is a file beside this one and a line here.
import type { Handlers } from '../../http/handler';
import { alertRoutes } from './alerts';
import { applicationRoutes } from './applications';
import { auditRoutes } from './audit';
import type { HttpGround } from './http-ground';
import { identityRoutes } from './identity';
import { jobRoutes } from './jobs';
import { policyRoutes } from './policy';
import { riskRoutes } from './risk';
import { selfServiceRoutes } from './self-service';
import { sensorRoutes } from './sensors';

export const handlersOfSubjects = (ground: HttpGround): Partial<Handlers>[] => [
  identityRoutes(ground),
  applicationRoutes(ground),
  riskRoutes(ground),
  selfServiceRoutes(ground),
  policyRoutes(ground),
  alertRoutes(ground),
  sensorRoutes(ground),
  auditRoutes(ground),
  jobRoutes(ground),
];
