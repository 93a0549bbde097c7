// Every HTTP route of Verity, in one table. The key is `METHOD /path`.
import { petitionRoutes } from './alerts/petition-routes';
import { alertRoutes } from './alerts/routes';
import { attackRoutes } from './attack/routes';
import { applicationRoutes } from './applications/routes';
import { applicationSessionRoutes } from './applications/session-routes';
import { siteRoutes } from './applications/site-routes';
import { webhookRoutes } from './applications/webhook-routes';
import { auditRoutes } from './audit/routes';
import { identityAdminRoutes } from './identity/admin-routes';
import { groupRoutes } from './identity/group-routes';
import { notificationRoutes } from './identity/notification-routes';
import { passkeyRoutes } from './identity/passkey-routes';
import { privacyRoutes } from './identity/privacy-routes';
import { identityRoutes } from './identity/routes';
import { jobRoutes } from './jobs/routes';
import { networkRoutes } from './network/routes';
import { operationsRoutes } from './operations/routes';
import { outcomeRoutes } from './policy/outcome-routes';
import { policyRoutes } from './policy/routes';
import { policyRunRoutes } from './policy/run-routes';
import { learningRoutes } from './risk/learning-routes';
import { riskRoutes } from './risk/routes';
import { whyRoutes } from './risk/why-routes';

export const ROUTES = {
  ...identityRoutes,
  ...passkeyRoutes,
  ...identityAdminRoutes,
  ...groupRoutes,
  ...privacyRoutes,
  ...notificationRoutes,
  ...riskRoutes,
  ...whyRoutes,
  ...learningRoutes,
  ...policyRoutes,
  ...outcomeRoutes,
  ...policyRunRoutes,
  ...alertRoutes,
  ...attackRoutes,
  ...networkRoutes,
  ...petitionRoutes,
  ...auditRoutes,
  ...operationsRoutes,
  ...jobRoutes,
  ...applicationRoutes,
  ...applicationSessionRoutes,
  ...webhookRoutes,
  ...siteRoutes,
};

export type Routes = typeof ROUTES;
export type RouteKey = keyof Routes;
