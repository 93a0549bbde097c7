// One list of jobs, live: what runs, what workers hold, what waits, what ended; it stands still while somebody is on it.
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { wholeNumber } from '../../core/format';
import { listQuery } from '../../core/query';
import type { Job } from '../../core/wire';
import { Empty } from '../../ui/empty';
import { ENDED_STATE, JOB_ORIGIN, JOB_STATE, type JobView } from '../../ui/labels';
import { PagedList } from '../../ui/paged-list';
import { Resting } from '../../ui/resting';
import { Time } from '../../ui/time';
import { duration } from './duration';
import { LiveJobs, type JobsUpdate } from './live-jobs';

export type ListedView = Exclude<JobView, 'scheduled' | 'registered'>;
export type EndedState = keyof typeof ENDED_STATE;

const PAGE = 25;
/** Progress and what workers hold come with heartbeats, which no event tells of. */
const HEARTBEAT_MS = 3_000;

const EMPTY = {
  active: ['Nothing runs', 'What a worker begins stands here until it ends.'],
  reserved: [
    'No worker holds a job back',
    'Jobs that a worker has taken and not begun stand here: it runs as many at once as it may.',
  ],
  queued: ['Nothing is queued', 'What is enqueued stands here until a worker takes it.'],
  waiting: ['Nothing waits for another try', 'A job that fails and may be tried again waits here.'],
  ended: [
    'Nothing has ended yet',
    'Jobs stand here for 30 days after their end, or as long as the operator has set.',
  ],
} as const satisfies Record<ListedView, readonly [string, string]>;

const WHEN = {
  active: 'Since',
  reserved: 'Enqueued',
  queued: 'Enqueued',
  waiting: 'Next try',
  ended: 'Ended',
} as const satisfies Record<ListedView, string>;

@Component({
  selector: 'vt-jobs-list',
  imports: [Empty, PagedList, Resting, RouterLink, Time],
  template: `
    <div class="list" vtResting (vtResting)="resting.set($event)">
      <vt-paged-list label="Jobs" [list]="jobs">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Task</th>
              @if (view() === 'ended') {
                <th scope="col">State</th>
              } @else {
                <th scope="col">Queue</th>
              }
              @if (onWorkers()) {
                <th scope="col">Worker</th>
              }
              <th scope="col">{{ saysTitle() }}</th>
              @if (view() === 'ended') {
                <th scope="col" class="num">Took</th>
              } @else {
                <th scope="col">Asked by</th>
              }
              <th scope="col">{{ when[view()] }}</th>
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
                @if (view() === 'ended') {
                  <td data-label="State">
                    <span [class]="'chip ' + states[job.state].tone">{{
                      states[job.state].text
                    }}</span>
                  </td>
                } @else {
                  <td data-label="Queue" class="mono">{{ job.queue }}</td>
                }
                @if (onWorkers()) {
                  <td data-label="Worker" class="mono clip" [title]="job.worker">
                    {{ job.worker }}
                  </td>
                }
                <td [attr.data-label]="saysTitle()">
                  <span class="says clip" [title]="says(job)">{{ says(job) }}</span>
                </td>
                @if (view() === 'ended') {
                  <td data-label="Took" class="num nowrap">{{ took(job.duration_ms) }}</td>
                } @else {
                  <td data-label="Asked by">{{ origins[job.origin] }}</td>
                }
                <td [attr.data-label]="when[view()]"><vt-time [at]="at(job)" /></td>
              </tr>
            }
          </tbody>
        </table>
        <vt-empty icon="check" [title]="filtered() ? 'Nothing fits' : empty()[0]">
          @if (filtered()) {
            Take a filter away to see more.
            <a routerLink="/jobs" [queryParams]="{ state: state() }">Show all of this list</a>
          } @else {
            {{ empty()[1] }}
          }
        </vt-empty>
      </vt-paged-list>
      @if (searched(); as looked) {
        <p class="small soft" role="status">
          The filter looked at the first {{ number(looked) }} that wait. Name a task or an id to
          find one further behind.
        </p>
      }
      @if (following.waits() && held()) {
        <button type="button" class="btn pill" (click)="following.now()">
          {{ resting() ? 'Stands still while you are on it' : 'Stands still: pages were added' }} ·
          <b>Show what changed</b>
        </button>
      }
    </div>
  `,
  styles: `
    .list {
      position: relative;
      display: grid;
      gap: 8px;
    }
    .num {
      text-align: right;
    }
    .says {
      display: block;
      max-width: 34ch;
    }
    td.clip {
      max-width: 16ch;
    }
    .pill {
      position: absolute;
      inset-block-end: 8px;
      inset-inline: 0;
      width: max-content;
      max-width: calc(100% - 16px);
      margin-inline: auto;
      border-radius: 99px;
      box-shadow: var(--shadow-high);
      font-weight: 450;
    }
    @media (max-width: 720px) {
      td.clip,
      .says {
        max-width: 24ch;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class JobsList {
  readonly view = input.required<ListedView>();
  /** Of what ended. */
  readonly ended = input<EndedState>();
  readonly state = input<string>();
  readonly q = input<string>();
  readonly task = input<string>();
  readonly queue = input<Job['queue']>();
  private readonly api = inject(Api);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  protected readonly states = JOB_STATE;
  protected readonly origins = JOB_ORIGIN;
  protected readonly when = WHEN;
  protected readonly took = duration;
  protected readonly number = wholeNumber;
  protected readonly resting = signal(false);

  readonly jobs = listQuery(
    () => ({
      state: this.view() === 'ended' ? this.ended() : (this.view() as Exclude<ListedView, 'ended'>),
      q: this.q(),
      task: this.task(),
      queue: this.queue(),
    }),
    (filter, cursor, signal) =>
      this.api.call('GET /api/v1/jobs', { query: { ...filter, cursor, limit: PAGE }, signal }),
  );
  protected readonly searched = computed(() => {
    const page = this.jobs.value();
    return page && 'searched' in page ? (page.searched as number | null) : null;
  });
  protected readonly empty = computed(() => EMPTY[this.view()]);
  protected readonly filtered = computed(() =>
    Boolean(this.q() || this.task() || this.queue() || this.ended()),
  );
  protected readonly onWorkers = computed(
    () => this.view() === 'active' || this.view() === 'reserved',
  );
  protected readonly saysTitle = computed(() => {
    const view = this.view();
    return view === 'ended' || view === 'waiting'
      ? 'Says'
      : view === 'active'
        ? 'Progress'
        : 'Payload';
  });
  /** Rows keep their place while somebody is on them, or has read further pages. */
  protected readonly held = computed(
    () => this.resting() || (this.jobs.value()?.items.length ?? 0) > PAGE,
  );
  protected readonly following = inject(LiveJobs).follow(
    (moves) => this.concerns(moves),
    () => this.jobs.reload(),
    { held: this.held, anywayMs: HEARTBEAT_MS },
  );

  /** Moves the focus along the rows. */
  step(by: 1 | -1): void {
    const links = [...this.host.querySelectorAll<HTMLElement>('tbody tr td:first-child a')];
    const at = links.findIndex((link) => link === document.activeElement);
    links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  }

  protected says(job: Job): string {
    if (job.error) return job.error.message;
    if (this.view() === 'ended') return short(job.result);
    if (this.view() !== 'active') return short(job.payload);
    const { progress } = job;
    if (!progress) return '';
    const of = progress.total === null ? '' : ` of ${wholeNumber(progress.total)}`;
    return `${wholeNumber(progress.done)}${of} ${progress.note ?? ''}`.trim();
  }

  protected at(job: Job): string {
    return job.due_at ?? job.ended_at ?? job.started_at ?? job.enqueued_at;
  }

  private concerns(moves: JobsUpdate['changed']): boolean {
    if (this.onWorkers()) return true;
    const task = this.task();
    return moves.some((move) => {
      if (task && move.task !== task) return false;
      if (this.view() === 'ended') {
        return this.ended() ? move.state === this.ended() : move.state in ENDED_STATE;
      }
      return true;
    });
  }
}

function short(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = JSON.stringify(value);
  return text === '{}' ? '' : text.slice(0, 300);
}
