// What stands in the way of jobs, said plainly with the way out: the broker is away, nobody takes a queue, a worker is silent.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { plural } from '../../core/format';
import type { JobsOverview } from '../../core/wire';
import { Icon } from '../../ui/icon';

/** Queues that no worker takes from, paused or not. */
export const unserved = ({ queues, workers }: JobsOverview): string[] => {
  const served = new Set(workers.filter(({ lost }) => !lost).flatMap((worker) => worker.queues));
  return queues.filter(({ name }) => !served.has(name)).map(({ name }) => name);
};

@Component({
  selector: 'vt-trouble-notes',
  imports: [Icon],
  template: `
    @if (!now().broker_up) {
      <div class="note warn" role="status">
        <vt-icon name="alert" />
        <p>
          <b>RabbitMQ is away.</b> {{ outbox() }} What runs goes on; nothing is lost.
          <code>npm run doctor</code> says why it is away.
        </p>
      </div>
    }
    @if (idle(); as queues) {
      <div class="note warn" role="status">
        <vt-icon name="alert" />
        <p>
          <b>No worker takes jobs of {{ queues }}.</b> What is enqueued waits. Start one: on one
          machine <code>npm start</code> brings it, apart it is
          <code>ROLES=worker node dist/jobs/main.mjs</code>, in compose
          <code>docker compose up -d worker</code>.
        </p>
      </div>
    }
    @if (lost(); as names) {
      <div class="note warn" role="status">
        <vt-icon name="alert" />
        <p>
          <b>{{ names }}</b> was not heard for 15 seconds. Its jobs go to others when their lease
          ends, half a minute after its last word.
        </p>
      </div>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 8px;
    }
    :host:empty {
      display: none;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TroubleNotes {
  readonly now = input.required<JobsOverview>();
  protected readonly outbox = computed(() => {
    const waiting = this.now().outbox;
    return waiting === 0
      ? 'What is enqueued now waits for it.'
      : `${plural(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} for it.`;
  });
  protected readonly idle = computed(() => {
    const idle = unserved(this.now());
    return idle.length === this.now().queues.length ? 'any queue' : idle.join(', ');
  });
  protected readonly lost = computed(() =>
    this.now()
      .workers.filter((worker) => worker.lost)
      .map(({ host, pid }) => `${host} · ${pid}`)
      .join(', '),
  );
}
