// The webhooks of a process: the stages that put deliveries on their list, and the sender that works it off.
import type { Bus } from '@verity/domain/bus/ports';
import { runnable } from './stage';
import { webhookOutboxStages, type OutboxNeeds } from './webhook-outbox';
import { startWebhookSender, type SenderNeeds } from './webhook-sender';

export interface WebhookNeeds
  extends Omit<OutboxNeeds, 'onDue' | 'deliveries' | 'webhooks'>, SenderNeeds {
  bus: Bus;
  deliveries: OutboxNeeds['deliveries'] & SenderNeeds['deliveries'];
  webhooks: OutboxNeeds['webhooks'] & SenderNeeds['webhooks'];
}

export function startWebhooks(needs: WebhookNeeds): { stop(): Promise<void> } {
  const sender = startWebhookSender(needs);
  const { decisions, alerts, records } = webhookOutboxStages({ ...needs, onDue: sender.wake });
  const running = [runnable(decisions), runnable(alerts), runnable(records)].map((stage) =>
    stage.run(needs.bus),
  );
  return {
    async stop() {
      // The sender begins nothing new from now on; what comes onto its list meanwhile waits there.
      await Promise.all([sender.stop(), ...running.map((subscription) => subscription.stop())]);
    },
  };
}
