// Schedules: when each task is ticked, what became of the last tick, and the ticks to come.
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { plural } from '../../core/format';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { Schedule } from '../../core/wire';
import { Back } from '../../ui/back';
import { Empty } from '../../ui/empty';
import { Pending, ProblemNote } from '../../ui/pending';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { LiveJobs } from './live-jobs';
import { lastTick } from './ticks';

/** Ticked more often than this, a task would fill the list alone. */
const OFTEN_MS = 3_600_000;

@Component({
  selector: 'vt-schedules-page',
  imports: [Back, Empty, Pending, ProblemNote, RouterLink, Time, Value],
  providers: [LiveJobs],
  template: `
    <div class="page">
      <vt-back to="/jobs">Jobs</vt-back>
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">
            Minute, hour, day of the month, month, day of the week; six fields begin with seconds.
            Times are those of {{ zone() }}.
          </p>
        </div>
      </div>
      <div class="columns">
        <section class="card" aria-label="Schedules">
          <vt-pending [query]="schedules" [rows]="6" />
          @if (schedules.value(); as all) {
            <div class="table-scroll">
              <table class="table cards">
                <thead>
                  <tr>
                    <th scope="col">Task</th>
                    <th scope="col">When</th>
                    <th scope="col">Last</th>
                    <th scope="col">Next</th>
                    <th scope="col"><span class="sr-only">Change</span></th>
                  </tr>
                </thead>
                <tbody>
                  @for (one of all.items; track one.task) {
                    <tr [id]="one.task">
                      <td class="mono">{{ one.task }}</td>
                      <td data-label="When">
                        @if (editing() === one.task) {
                          <form
                            class="row wrap"
                            (submit)="$event.preventDefault(); save(one, { cron: cron() })"
                          >
                            <input
                              class="input mono"
                              [attr.aria-label]="'When ' + one.task + ' is ticked'"
                              maxlength="100"
                              [(vtValue)]="cron"
                            />
                            <button type="submit" class="btn primary">Save</button>
                            <button type="button" class="btn quiet" (click)="editing.set(null)">
                              Cancel
                            </button>
                          </form>
                          @if (problem(); as problem) {
                            <vt-problem [problem]="problem" />
                          }
                        } @else {
                          <code>{{ one.cron }}</code>
                          @if (one.edited_by) {
                            <p class="small soft">
                              changed <vt-time [at]="one.edited_at ?? ''" />; declared
                              <code>{{ one.declared_cron }}</code>
                            </p>
                          }
                        }
                      </td>
                      <td data-label="Last">
                        @if (one.last_tick_at; as at) {
                          @if (one.last_job; as job) {
                            <a [routerLink]="['/jobs', job]"><vt-time [at]="at" /></a>
                          } @else {
                            <vt-time [at]="at" />
                          }
                          <span class="small soft last">{{ said(one.last_outcome) }}</span>
                        } @else {
                          not yet
                        }
                      </td>
                      <td data-label="Next">
                        @if (one.next_at; as at) {
                          <vt-time [at]="at" />
                        } @else {
                          <span class="chip warn">Off</span>
                        }
                      </td>
                      <td class="end">
                        @if (editing() !== one.task) {
                          <button
                            type="button"
                            class="btn quiet"
                            [attr.aria-label]="'Change when ' + one.task + ' is ticked'"
                            (click)="edit(one)"
                          >
                            Change
                          </button>
                          <button
                            type="button"
                            class="btn quiet"
                            [attr.aria-label]="
                              (one.enabled ? 'Switch off ' : 'Switch on ') + one.task
                            "
                            (click)="save(one, { enabled: !one.enabled })"
                          >
                            {{ one.enabled ? 'Switch off' : 'Switch on' }}
                          </button>
                          @if (one.edited_by) {
                            <button
                              type="button"
                              class="btn quiet"
                              [attr.aria-label]="'Give ' + one.task + ' back what it declares'"
                              (click)="reset(one)"
                            >
                              As declared
                            </button>
                          }
                        }
                      </td>
                    </tr>
                  }
                </tbody>
              </table>
            </div>
          }
        </section>
        <section class="card" aria-labelledby="calendar-title">
          <header><h2 id="calendar-title">The next seven days</h2></header>
          <vt-pending [query]="calendar" [rows]="4" />
          @if (calendar.value()) {
            @if (ticks().length) {
              <ul class="body ticks" tabindex="0" aria-labelledby="calendar-title">
                @for (tick of ticks(); track tick.at + tick.task) {
                  <li>
                    <time [attr.datetime]="tick.at">{{ tick.words }}</time>
                    <span class="mono">{{ tick.task }}</span>
                  </li>
                }
              </ul>
              <p class="body small soft">
                In your own zone ({{ ownZone }}). Without what is ticked every hour or more often.
              </p>
            } @else {
              <vt-empty icon="check" title="Nothing is due">Every schedule is off.</vt-empty>
            }
          }
        </section>
      </div>
    </div>
  `,
  styles: `
    .end {
      text-align: end;
    }
    .last {
      margin-inline-start: 4px;
    }
    .ticks {
      display: grid;
      gap: 6px;
      margin: 0;
      max-block-size: 60vh;
      overflow: auto;
      font-size: var(--text-s);
      list-style: none;
    }
    .ticks li {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 12px;
    }
    .ticks time {
      min-inline-size: 11rem;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SchedulesPage {
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly said = lastTick;
  protected readonly editing = signal<string | null>(null);
  protected readonly cron = signal('');
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly schedules = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/schedules', { signal }),
  );
  protected readonly calendar = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/calendar', { query: { hours: 168 }, signal }),
  );
  protected readonly zone = computed(
    () => this.schedules.value()?.items[0]?.time_zone ?? 'the installation',
  );
  protected readonly answer = computed(() => {
    const all = this.schedules.value()?.items;
    if (!all) return 'Schedules';
    const off = all.filter(({ enabled }) => !enabled).length;
    return `${plural(all.length, 'schedule')}${off > 0 ? `, ${off} off` : ''}`;
  });
  protected readonly ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  protected readonly ticks = computed(() => {
    const items = this.calendar.value()?.items ?? [];
    const first = new Map<string, number[]>();
    for (const { task, at } of items) {
      first.set(task, [...(first.get(task) ?? []), Date.parse(at)].slice(0, 2));
    }
    const often = (task: string): boolean => {
      const [one = 0, two = Infinity] = first.get(task) ?? [];
      return two - one <= OFTEN_MS;
    };
    const words = new Intl.DateTimeFormat(undefined, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
    return items
      .filter(({ task }) => !often(task))
      .map((tick) => ({ ...tick, words: words.format(new Date(tick.at)) }));
  });

  constructor() {
    // A tick shows itself by what it enqueues; a row that is being changed keeps what was typed.
    inject(LiveJobs).follow(
      (moves) => moves.some(({ state }) => state === 'queued'),
      () => this.read(),
      { everyMs: 5_000, anywayMs: 30_000 },
    );
  }

  protected edit({ task, cron }: Schedule): void {
    this.problem.set(undefined);
    this.cron.set(cron);
    this.editing.set(task);
  }

  protected async save(
    { task }: Schedule,
    body: { cron?: string; enabled?: boolean },
  ): Promise<void> {
    try {
      await this.api.call('PATCH /api/v1/jobs/schedules/:task', { params: { task }, body });
      this.editing.set(null);
      this.toasts.say(`The schedule of ${task} was changed.`);
      await this.read();
    } catch (error) {
      if (body.cron === undefined) this.toasts.fail('The schedule is as it was.', error);
      else this.problem.set(toApiError(error).problem);
    }
  }

  protected async reset({ task }: Schedule): Promise<void> {
    try {
      await this.api.call('POST /api/v1/jobs/schedules/:task/reset', { params: { task } });
      this.toasts.say(`${task} is ticked as it declares.`);
      await this.read();
    } catch (error) {
      this.toasts.fail('The schedule is as it was.', error);
    }
  }

  private async read(): Promise<void> {
    await Promise.all([this.schedules.reload(), this.calendar.reload()]);
  }
}
