// Every route of signing in, the own account, and proving again who one is.
import type { identityRoutes } from '@verity/protocol/identity/routes';
import type { Handlers } from '../http/handler';
import type { IdentityPorts } from './identity-ports';
import { meHandlers } from './me';
import { signingInHandlers } from './signing-in';

export const identityHandlers = (
  ports: IdentityPorts,
): Pick<Handlers, keyof typeof identityRoutes> => ({
  ...signingInHandlers(ports),
  ...meHandlers(ports),
});
