// What is scheduled next: each schedule by its next tick, with what became of the last one.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { query } from '../../core/query';
import type { RegisteredTask } from '../../core/wire';
import { Empty } from '../../ui/empty';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { LiveJobs } from './live-jobs';
import { lastTick } from './ticks';

@Component({
  selector: 'vt-scheduled-list',
  imports: [Empty, Pending, RouterLink, Time],
  template: `
    <section class="card" aria-label="Jobs">
      <vt-pending [query]="schedules" [rows]="6" />
      @if (schedules.value()) {
        @if (rows().length) {
          <div class="table-scroll">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">Task</th>
                  <th scope="col">Next tick</th>
                  <th scope="col">When</th>
                  <th scope="col">Last</th>
                </tr>
              </thead>
              <tbody>
                @for (one of rows(); track one.task) {
                  <tr>
                    <td>
                      <a routerLink="/jobs/schedules" [fragment]="one.task" class="mono">{{
                        one.task
                      }}</a>
                    </td>
                    <td data-label="Next tick">
                      @if (one.next_at; as at) {
                        <vt-time [at]="at" />
                      } @else {
                        <span class="chip warn">Off</span>
                      }
                    </td>
                    <td data-label="When">
                      <span
                        ><code>{{ one.cron }}</code
                        >&ngsp; <span class="faint">{{ one.time_zone }}</span></span
                      >
                    </td>
                    <td data-label="Last">
                      @if (one.last_job; as job) {
                        <span
                          ><a [routerLink]="['/jobs', job]"
                            ><vt-time [at]="one.last_tick_at ?? ''"
                          /></a>
                          <span class="soft"> {{ said(one.last_outcome) }}</span></span
                        >
                      } @else if (one.last_tick_at) {
                        <span
                          ><vt-time [at]="one.last_tick_at" />
                          <span class="soft"> {{ said(one.last_outcome) }}</span></span
                        >
                      } @else {
                        <span class="faint">not yet</span>
                      }
                    </td>
                  </tr>
                }
              </tbody>
            </table>
          </div>
        } @else {
          <vt-empty icon="check" title="No schedule fits">
            Take a filter away to see more. <a routerLink="/jobs/schedules">All schedules</a>
          </vt-empty>
        }
      }
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ScheduledList {
  readonly tasks = input.required<readonly RegisteredTask[]>();
  readonly q = input<string>();
  readonly task = input<string>();
  readonly queue = input<string>();
  private readonly api = inject(Api);
  protected readonly said = lastTick;
  protected readonly schedules = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/schedules', { signal }),
  );
  protected readonly rows = computed(() => {
    const queueOf = new Map(this.tasks().map(({ name, queue }) => [name, queue] as const));
    const [q, task, queue] = [this.q()?.toLowerCase() ?? '', this.task(), this.queue()];
    return (this.schedules.value()?.items ?? [])
      .filter(
        (one) =>
          one.task.includes(q) &&
          (!task || one.task === task) &&
          (!queue || queueOf.get(one.task) === queue),
      )
      .sort((a, b) => (a.next_at ?? '9').localeCompare(b.next_at ?? '9'));
  });

  constructor() {
    // A tick shows itself by what it enqueues.
    inject(LiveJobs).follow(
      (moves) => moves.some(({ state }) => state === 'queued'),
      () => this.schedules.reload(),
      { anywayMs: 15_000 },
    );
  }
}
