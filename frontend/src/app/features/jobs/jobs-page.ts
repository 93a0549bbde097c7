// The console of jobs: what waits and runs, queues and workers, what each task did, and what ended.
import { Dialog } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { polling } from '../../core/polling';
import { listQuery, query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { oneOf, urlState } from '../../core/url-state';
import type { RegisteredTask } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { Confirm } from '../../ui/confirm';
import { Empty } from '../../ui/empty';
import { JOB_STATE, keysOf } from '../../ui/labels';
import { PagedList } from '../../ui/paged-list';
import { Pending } from '../../ui/pending';
import { SearchBox } from '../../ui/search-box';
import { Time } from '../../ui/time';
import { duration } from './duration';
import { QueuesCard } from './queues-card';
import { RunDialog } from './run-dialog';
import { TasksCard } from './tasks-card';
import { WorkersCard } from './workers-card';

const STATES = keysOf(JOB_STATE);
const EVERY_MS = 3_000;

@Component({
  selector: 'vt-jobs-page',
  imports: [
    Choice,
    Empty,
    PagedList,
    Pending,
    QueuesCard,
    RouterLink,
    SearchBox,
    TasksCard,
    Time,
    WorkersCard,
  ],
  template: `
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">Work beside the platform, by the clock or by hand, looked at live.</p>
        </div>
        <a class="btn" routerLink="/jobs/schedules">Schedules</a>
      </div>
      <vt-pending [query]="overview" />
      @if (overview.value(); as now) {
        @if (!now.broker_up) {
          <p class="note warn" role="status">
            RabbitMQ is away. {{ outboxSays() }} What runs goes on; nothing is lost.
          </p>
        }
        <div class="columns">
          <div class="stack">
            <div class="filters" role="search" aria-label="Filter jobs">
              <vt-search
                placeholder="Id, payload, result …"
                [value]="q()"
                (settled)="setUrl({ q: $event })"
              />
              <vt-choice
                label="State"
                any="Ended"
                [words]="states"
                [value]="stateIn()"
                (chosen)="setUrl({ state: $event })"
              />
              <vt-choice
                label="Task"
                any="Any task"
                [words]="taskWords()"
                [value]="task()"
                (chosen)="setUrl({ task: $event })"
              />
              @if (stateIn() === 'failed' && jobs.value()?.total) {
                <button type="button" class="btn" (click)="retryAll()">Try all again …</button>
              }
            </div>
            <vt-paged-list label="Jobs" [list]="jobs">
              <table class="table cards">
                <thead>
                  <tr>
                    <th scope="col">Task</th>
                    <th scope="col">State</th>
                    <th scope="col">Says</th>
                    <th scope="col" class="num">Took</th>
                    <th scope="col">When</th>
                  </tr>
                </thead>
                <tbody>
                  @for (job of jobs.value()?.items; track job.id) {
                    <tr>
                      <td>
                        <a [routerLink]="['/jobs', job.id]" class="mono">{{ job.task }}</a>
                        @if (job.attempt > 1) {
                          <span class="small soft"> run {{ job.attempt }}</span>
                        }
                      </td>
                      <td data-label="State">
                        <span [class]="'chip ' + states[job.state].tone">{{
                          states[job.state].text
                        }}</span>
                      </td>
                      <td data-label="Says" class="says clip">
                        {{ job.error?.message ?? said(job.result) }}
                      </td>
                      <td data-label="Took" class="num">{{ took(job.duration_ms) }}</td>
                      <td data-label="When">
                        <vt-time [at]="job.ended_at ?? job.started_at ?? job.enqueued_at" />
                      </td>
                    </tr>
                  }
                </tbody>
              </table>
              <vt-empty
                icon="check"
                [title]="filtered() ? 'Nothing fits' : 'Nothing has ended yet'"
              >
                @if (filtered()) {
                  Take a filter away to see more.
                  <a routerLink="/jobs">Show what ended</a>
                } @else {
                  Jobs stand here for 30 days after their end, or as long as the operator has set.
                }
              </vt-empty>
            </vt-paged-list>
            @if (tasks.value(); as known) {
              <vt-tasks-card
                [tasks]="known.items"
                [statistics]="now.statistics"
                [bounds]="now.histogram_ms"
                (run)="run($event)"
              />
            }
          </div>
          <div class="stack">
            <vt-queues-card [queues]="now.queues" (changed)="overview.reload()" />
            <vt-workers-card [workers]="now.workers" />
          </div>
        </div>
      }
    </div>
  `,
  styles: `
    .says {
      max-width: 36ch;
    }
    .note {
      margin: 0 0 var(--pad);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class JobsPage {
  readonly q = input<string>();
  readonly state = input<string>();
  readonly task = input<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly dialog = inject(Dialog);
  private readonly toasts = inject(Toasts);
  protected readonly setUrl = urlState();
  protected readonly states = JOB_STATE;
  protected readonly took = duration;
  protected readonly stateIn = computed(() => oneOf(STATES, this.state(), undefined));
  protected readonly filtered = computed(() => Boolean(this.q() || this.stateIn() || this.task()));

  protected readonly overview = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/overview', { query: {}, signal }),
  );
  protected readonly tasks = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/tasks', { signal }),
  );
  protected readonly jobs = listQuery(
    () => ({ q: this.q(), state: this.stateIn(), task: this.task() }),
    (filter, cursor, signal) =>
      this.api.call('GET /api/v1/jobs', { query: { ...filter, cursor, limit: 25 }, signal }),
  );
  protected readonly taskWords = computed(() =>
    Object.fromEntries((this.tasks.value()?.items ?? []).map(({ name }) => [name, name])),
  );
  protected readonly answer = computed(() => {
    const counts = this.overview.value()?.counts;
    if (!counts) return 'Jobs';
    const { active, queued, waiting } = counts;
    const lost = this.overview.value()?.workers.filter((worker) => worker.lost).length ?? 0;
    if (lost > 0) return `${plural(lost, 'worker')} lost, ${plural(active, 'job')} running`;
    return `${plural(active, 'job')} running, ${queued} queued, ${waiting} to be tried again`;
  });
  protected readonly outboxSays = computed(() => {
    const waiting = this.overview.value()?.outbox ?? 0;
    return waiting === 0
      ? 'What is enqueued now waits for it.'
      : `${plural(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} for it.`;
  });

  constructor() {
    // The first page only: what was scrolled to stays as it is.
    polling(
      signal(true),
      async () => {
        const first = (this.jobs.value()?.items.length ?? 0) <= 25;
        await Promise.all([this.overview.reload(), first ? this.jobs.reload() : undefined]);
      },
      EVERY_MS,
    );
  }

  protected said(result: unknown): string {
    return result === null || result === undefined ? '' : JSON.stringify(result);
  }

  protected async run(task: RegisteredTask): Promise<void> {
    const ref = this.dialog.open<string, RegisteredTask>(RunDialog, {
      data: task,
      backdropClass: 'scrim',
      ariaLabelledBy: 'run-title',
    });
    if (!(await firstValueFrom(ref.closed))) return;
    this.toasts.say(`${task.name} is on its way.`);
    await Promise.all([this.overview.reload(), this.jobs.reload()]);
  }

  protected async retryAll(): Promise<void> {
    const total = this.jobs.value()?.total ?? 0;
    const consent = await this.confirm.ask({
      title: `Try ${plural(total, 'failed job')} again?`,
      consequence: 'Each that fits the filter runs anew with its own payload, as a new job.',
      confirm: 'Try again',
    });
    if (!consent) return;
    try {
      const { retried, left } = await this.api.call('POST /api/v1/jobs/retry-failed', {
        body: { q: this.q(), task: this.task() },
      });
      this.toasts.say(
        `${plural(retried, 'job')} tried again${left > 0 ? `, ${left} left as they were` : ''}.`,
      );
      await this.jobs.reload();
    } catch (error) {
      this.toasts.fail('They were not all tried again.', error);
    }
  }
}
