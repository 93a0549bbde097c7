// The console of jobs: what waits, runs and ended, queues and workers, rates, and what each task did; all of it live.
import { Dialog } from '@angular/cdk/dialog';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { Api } from '../../core/api';
import { download } from '../../core/download';
import { plural, wholeNumber } from '../../core/format';
import { query } from '../../core/query';
import { Shortcuts } from '../../core/shortcuts';
import { Toasts } from '../../core/toasts';
import { oneOf, urlState } from '../../core/url-state';
import type { RegisteredTask } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { Icon } from '../../ui/icon';
import { ENDED_STATE, JOB_QUEUE, JOB_VIEW, keysOf } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { SearchBox } from '../../ui/search-box';
import { CourseCard } from './course-card';
import { JobsList, type ListedView } from './jobs-list';
import { LiveJobs } from './live-jobs';
import { QueuesCard } from './queues-card';
import { RetryDialog, type RetryFilter } from './retry-dialog';
import { RunDialog } from './run-dialog';
import { ScheduledList } from './scheduled-list';
import { TasksCard } from './tasks-card';
import { TroubleNotes } from './trouble-notes';
import { WorkersCard } from './workers-card';

const VIEWS = keysOf(JOB_VIEW);
/** Heartbeats of workers move no job; their cards follow them by the clock. */
const HEARTBEATS_MS = 5_000;
const STATISTICS_MS = 10_000;

@Component({
  selector: 'vt-jobs-page',
  imports: [
    Choice,
    CourseCard,
    Icon,
    JobsList,
    Pending,
    QueuesCard,
    RouterLink,
    ScheduledList,
    SearchBox,
    TasksCard,
    TroubleNotes,
    WorkersCard,
  ],
  providers: [LiveJobs],
  templateUrl: './jobs-page.html',
  styleUrl: './jobs-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class JobsPage {
  readonly q = input<string>();
  readonly state = input<string>();
  readonly task = input<string>();
  readonly queue = input<string>();
  readonly of = input<string>();
  readonly hours = input<string>();
  protected readonly live = inject(LiveJobs);
  private readonly api = inject(Api);
  private readonly dialog = inject(Dialog);
  private readonly toasts = inject(Toasts);
  protected readonly setUrl = urlState();
  protected readonly endedStates = ENDED_STATE;
  protected readonly queueWords = JOB_QUEUE;
  protected readonly exporting = signal(false);
  private readonly list = viewChild(JobsList);
  private readonly search = viewChild(SearchBox);

  protected readonly endedIn = computed(() => oneOf(keysOf(ENDED_STATE), this.state(), undefined));
  protected readonly view = computed(() => oneOf(VIEWS, this.state(), 'ended'));
  protected readonly listed = computed(() => this.view() as ListedView);
  protected readonly queueIn = computed(() => oneOf(keysOf(JOB_QUEUE), this.queue(), undefined));

  protected readonly overview = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/overview', { signal }),
  );
  protected readonly statistics = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/statistics', { query: {}, signal }),
  );
  protected readonly tasks = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/jobs/tasks', { signal }),
  );
  /** What was told last, over what was read. */
  protected readonly now = computed(() => {
    const read = this.overview.value();
    if (!read) return undefined;
    const { counts, queues, outbox, broker_up } = this.live.told() ?? read;
    return { ...read, counts, queues, outbox, broker_up };
  });
  protected readonly fittingTasks = computed(() => {
    const [q, task, queue] = [this.q()?.toLowerCase() ?? '', this.task(), this.queueIn()];
    return (this.tasks.value()?.items ?? []).filter(
      (one) =>
        (one.name.includes(q) || one.about.toLowerCase().includes(q)) &&
        (!task || one.name === task) &&
        (!queue || one.queue === queue),
    );
  });
  protected readonly placeholder = computed(() => {
    if (this.view() === 'registered' || this.view() === 'scheduled') return 'Task …';
    return this.view() === 'ended' ? 'Id, payload, result …' : 'Id, payload …';
  });
  protected readonly taskWords = computed(() =>
    Object.fromEntries((this.tasks.value()?.items ?? []).map(({ name }) => [name, name])),
  );
  protected readonly views = computed(() => {
    const counts = this.now()?.counts;
    return VIEWS.map((view) => ({
      view,
      text: JOB_VIEW[view],
      count:
        counts && view in counts ? wholeNumber(counts[view as keyof typeof counts]) : undefined,
      state: view === 'ended' ? null : view,
    }));
  });
  protected readonly answer = computed(() => {
    const now = this.now();
    if (!now) return 'Jobs';
    const { counts } = now;
    const running = plural(counts.active, 'job');
    if (!now.broker_up) return `RabbitMQ is away: ${plural(now.outbox, 'message')} to be sent`;
    if (counts.workers === 0) return `No worker takes jobs: ${wholeNumber(counts.queued)} queued`;
    if (counts.lost > 0) return `${plural(counts.lost, 'worker')} lost, ${running} running`;
    return `${running} running, ${wholeNumber(counts.queued)} queued, ${wholeNumber(counts.waiting)} to be tried again`;
  });

  constructor() {
    this.live.follow(
      () => true,
      () => this.readOverview(),
      { anywayMs: HEARTBEATS_MS },
    );
    this.live.follow(
      (moves) => moves.some(({ state }) => state in ENDED_STATE),
      () => this.statistics.reload(),
      { everyMs: STATISTICS_MS },
    );
    inject(Shortcuts).register(
      [
        { keys: 'j', about: 'Next job', group: 'Jobs', run: () => this.list()?.step(1) },
        { keys: 'k', about: 'Job before', group: 'Jobs', run: () => this.list()?.step(-1) },
        { keys: '/', about: 'Search jobs', group: 'Jobs', run: () => this.search()?.focus() },
        {
          keys: 'p',
          about: 'Pause updates, or follow again',
          group: 'Jobs',
          run: () => this.live.paused.update((paused) => !paused),
        },
      ],
      inject(DestroyRef),
    );
  }

  protected async readOverview(): Promise<void> {
    const told = this.live.told();
    await this.overview.reload();
    // What was read is newer than what was told before, and older than what was told meanwhile.
    if (this.live.told() === told) this.live.told.set(undefined);
  }

  protected async run(task: RegisteredTask): Promise<void> {
    const ref = this.dialog.open<string, RegisteredTask>(RunDialog, {
      data: task,
      backdropClass: 'scrim',
      ariaLabelledBy: 'run-title',
    });
    const id = await firstValueFrom(ref.closed);
    if (!id) return;
    this.toasts.say(`${task.name} is on its way.`);
    await Promise.all([this.readOverview(), this.list()?.jobs.reload()]);
  }

  protected async retryAll(): Promise<void> {
    const ref = this.dialog.open<string, RetryFilter>(RetryDialog, {
      data: this.filter(),
      backdropClass: 'scrim',
      ariaLabelledBy: 'retry-title',
      ariaDescribedBy: 'retry-text',
    });
    const done = await firstValueFrom(ref.closed);
    if (!done) return;
    this.toasts.say(done);
    await this.list()?.jobs.reload();
  }

  protected async exportAs(format: 'csv' | 'jsonl'): Promise<void> {
    this.exporting.set(true);
    const query = { ...this.filter(), state: this.endedIn() };
    try {
      const text = await (format === 'csv'
        ? this.api.call('GET /api/v1/jobs/export/csv', { query, raw: true })
        : this.api.call('GET /api/v1/jobs/export/jsonl', { query, raw: true }));
      const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
      download(`jobs-${new Date().toISOString().slice(0, 10)}.${format}`, type, text);
    } catch (error) {
      this.toasts.fail('The history was not exported.', error);
    }
    this.exporting.set(false);
  }

  private filter(): RetryFilter {
    return { q: this.q(), task: this.task(), queue: this.queueIn() };
  }
}
