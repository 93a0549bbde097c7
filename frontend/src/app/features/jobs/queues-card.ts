// Queues with what waits in them, who takes from them, and their pause.
import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { Api } from '../../core/api';
import { wholeNumber } from '../../core/format';
import { Toasts } from '../../core/toasts';
import type { JobsOverview } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { unserved } from './trouble-notes';

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
              <th scope="col" class="right">Waiting</th>
              <th scope="col"><span class="sr-only">Pause</span></th>
            </tr>
          </thead>
          <tbody>
            @for (queue of now().queues; track queue.name) {
              <tr>
                <td>
                  <span class="mono">{{ queue.name }}</span>
                  @if (queue.paused) {
                    <span class="chip warn">Paused</span>
                  }
                  @if (idle().has(queue.name)) {
                    <span class="chip bad">No worker</span>
                  }
                </td>
                <td class="right">{{ queue.messages === null ? '–' : number(queue.messages) }}</td>
                <td class="end">
                  @if (queue.paused) {
                    <button
                      type="button"
                      class="btn quiet"
                      [attr.aria-label]="'Resume ' + queue.name"
                      (click)="set(queue, false)"
                    >
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
    .chip {
      margin-inline-start: 6px;
    }
    .end {
      text-align: end;
      white-space: nowrap;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueuesCard {
  readonly now = input.required<JobsOverview>();
  readonly changed = output();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  protected readonly number = wholeNumber;
  protected readonly idle = computed(() => new Set(unserved(this.now())));

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
