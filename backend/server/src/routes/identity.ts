// Every route of signing in, the own account, and proving again who one is.
import type { notificationRoutes } from '@verity/protocol/identity/notification-routes';
import type { passkeyRoutes } from '@verity/protocol/identity/passkey-routes';
import type { identityRoutes } from '@verity/protocol/identity/routes';
import type { Handlers } from '../http/handler';
import type { IdentityPorts } from './identity-ports';
import { meHandlers } from './me';
import { notificationHandlers } from './notifications';
import { passkeyHandlers } from './passkeys';
import { signingInHandlers } from './signing-in';

export const identityHandlers = (
  ports: IdentityPorts,
): Pick<
  Handlers,
  keyof typeof identityRoutes | keyof typeof notificationRoutes | keyof typeof passkeyRoutes
> => ({
  ...signingInHandlers(ports),
  ...meHandlers(ports),
  ...notificationHandlers(ports),
  ...passkeyHandlers(ports),
});
