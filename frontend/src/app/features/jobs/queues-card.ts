// Queues with what waits in them, and their pause.
import { ChangeDetectionStrategy, Component, inject, input, output } from '@angular/core';
import { Api } from '../../core/api';
import { Toasts } from '../../core/toasts';
import type { JobsOverview } from '../../core/wire';
import { Confirm } from '../../ui/confirm';

type Queue = JobsOverview['queues'][number];

@Component({
  selector: 'vt-queues-card',
  template: `
    <section class="card" aria-labelledby="queues-title">
      <header><h2 id="queues-title">Queues</h2></header>
      <div class="table-scroll">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col" class="num">Waiting</th>
              <th scope="col"><span class="sr-only">Pause</span></th>
            </tr>
          </thead>
          <tbody>
            @for (queue of queues(); track queue.name) {
              <tr>
                <td class="mono">{{ queue.name }}</td>
                <td class="num">{{ queue.messages ?? '–' }}</td>
                <td class="end">
                  @if (queue.paused) {
                    <span class="chip warn">Paused</span>
                    <button type="button" class="btn quiet" (click)="set(queue, false)">
                      Resume
                    </button>
                  } @else {
                    <button
                      type="button"
                      class="btn quiet"
                      [attr.aria-label]="'Pause ' + queue.name"
                      (click)="set(queue, true)"
                    >
                      Pause
                    </button>
                  }
                </td>
              </tr>
            }
          </tbody>
        </table>
      </div>
    </section>
  `,
  styles: `
    .end {
      text-align: end;
      white-space: nowrap;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueuesCard {
  readonly queues = input.required<readonly Queue[]>();
  readonly changed = output();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);

  protected async set(queue: Queue, paused: boolean): Promise<void> {
    if (paused) {
      const consent = await this.confirm.ask({
        title: `Pause ${queue.name}?`,
        consequence:
          'Workers take nothing more from it until it is resumed; what runs is finished. Its schedules go on filling it.',
        confirm: 'Pause',
      });
      if (!consent) return;
    }
    const params = { queue: queue.name };
    try {
      await (paused
        ? this.api.call('POST /api/v1/jobs/queues/:queue/pause', { params })
        : this.api.call('POST /api/v1/jobs/queues/:queue/resume', { params }));
      this.toasts.say(`${queue.name} is ${paused ? 'paused' : 'served again'}.`);
    } catch (error) {
      this.toasts.fail('The queue is as it was.', error);
    }
    this.changed.emit();
  }
}
