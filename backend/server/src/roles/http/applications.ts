// Wires the routes of applications: their sessions, the sites behind a proxy, and webhooks.
import { createWebhookWire } from '@verity/adapters/webhooks/wire';
import { handOver } from '@verity/domain/identity/hand-over';
import { applicationSessionHandlers } from '../../routes/application-sessions';
import { applicationHandlers } from '../../routes/applications';
import { siteHandlers } from '../../routes/sites';
import { webhookHandlers } from '../../routes/webhooks';
import type { HttpGround } from './http-ground';

export function applicationRoutes(ground: HttpGround) {
  const { config, stores, access, tokens } = ground;
  const asked = {
    ...ground,
    collector: access,
    decideRequest: ground.contexts.decideRequest,
    seen: ground.activity.note,
    publicUrl: config.PUBLIC_URL,
  };
  return {
    ...applicationHandlers({
      ...ground,
      ...stores,
      async removeBelongings(application) {
        await stores.webhooks.removeOfApplication(application);
        await stores.deliveries.removeOfApplication(application);
      },
    }),
    ...applicationSessionHandlers({
      ...asked,
      sessions: stores.sessions,
      handOver: handOver({ ...ground, ...stores }),
    }),
    ...siteHandlers(asked),
    ...webhookHandlers({
      ...ground,
      ...stores,
      wire: createWebhookWire({ allowPrivate: config.WEBHOOKS_TO_PRIVATE === 'allow' }),
      seal: ground.vault,
      random: () => tokens.make(),
    }),
  };
}
