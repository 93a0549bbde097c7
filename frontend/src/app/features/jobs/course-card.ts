// The last hours of jobs: how many came, were done and failed each minute, and how deep the queues were.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { Api } from '../../core/api';
import { polling } from '../../core/polling';
import { query } from '../../core/query';
import { oneOf } from '../../core/url-state';
import type { JobsOverview, RegisteredTask } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { keysOf } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { type Series, SeriesChart } from '../../ui/series-chart';

type Queue = JobsOverview['queues'][number]['name'];

const HOURS = { 1: 'Last hour', 6: 'Last 6 hours', 24: 'Last 24 hours' } as const;
/** The depth is sampled as often. */
const EVERY_MS = 15_000;
const TONES = [1, 2, 3, 4, 5] as const;

@Component({
  selector: 'vt-course-card',
  imports: [Choice, Pending, SeriesChart],
  template: `
    <section class="card" aria-labelledby="course-title">
      <header>
        <h2 id="course-title">Rates and queues</h2>
        <vt-choice
          label="Whose rates"
          any="Every task"
          [words]="whose()"
          [value]="of()"
          (chosen)="changed.emit({ of: $event })"
        />
        <vt-choice
          label="How long"
          [words]="hoursWords"
          [value]="span()"
          (chosen)="changed.emit({ hours: $event === '1' ? null : $event })"
        />
      </header>
      <vt-pending [query]="course" [rows]="5" />
      @if (course.value()) {
        <div class="body charts">
          <figure>
            <figcaption class="small soft">Jobs a minute</figcaption>
            <vt-series-chart what="Jobs a minute" [series]="rates()" />
          </figure>
          <figure>
            <figcaption class="small soft">{{ depthTitle() }}</figcaption>
            <vt-series-chart what="Messages that wait" [series]="depth()" />
          </figure>
        </div>
      }
    </section>
  `,
  styles: `
    @media (max-width: 640px) {
      header h2 {
        flex-basis: 100%;
      }
    }
    .charts {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr));
      gap: 16px 32px;
    }
    figure {
      display: grid;
      gap: 8px;
      align-content: start;
      min-width: 0;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CourseCard {
  readonly tasks = input.required<readonly RegisteredTask[]>();
  readonly queues = input.required<readonly { name: Queue }[]>();
  readonly hours = input<string>();
  /** The name of a task or of a queue. */
  readonly of = input<string>();
  readonly changed = output<{ of?: string; hours?: string | null }>();
  private readonly api = inject(Api);
  protected readonly hoursWords = HOURS;
  protected readonly span = computed(() => oneOf(keysOf(HOURS), this.hours(), '1'));
  protected readonly whose = computed(() =>
    Object.fromEntries(
      [...this.queues(), ...this.tasks()].map(({ name }) => [name, name] as const),
    ),
  );

  protected readonly course = query(
    () => {
      const of = this.of();
      const queue = this.queues().find(({ name }) => name === of)?.name;
      const task = this.tasks().some(({ name }) => name === of) ? of : undefined;
      return { hours: Number(this.span()), queue, task };
    },
    (query, signal) => this.api.call('GET /api/v1/jobs/course', { query, signal }),
  );
  protected readonly rates = computed((): Series[] => {
    const rates = this.course.value()?.rates ?? [];
    const of = (name: string, tone: Series['tone'], key: 'enqueued' | 'succeeded' | 'failed') => ({
      name,
      tone,
      samples: rates.map((one) => ({ at: Date.parse(one.at), value: one[key] })),
    });
    return [of('Enqueued', 1, 'enqueued'), of('Done', 2, 'succeeded'), of('Failed', 3, 'failed')];
  });
  protected readonly depth = computed((): Series[] =>
    this.queues().map(({ name }, index) => ({
      name,
      tone: TONES[index % TONES.length] ?? 1,
      samples: (this.course.value()?.depth ?? []).map(({ at, queues }) => ({
        at: Date.parse(at),
        value: queues[name],
      })),
    })),
  );
  protected readonly depthTitle = computed(() => {
    const most = Math.max(
      ...this.depth().flatMap(({ samples }) => samples.map(({ value }) => value ?? 0)),
    );
    return most > 0 ? 'Messages that wait in each queue' : 'Messages that wait: none did';
  });

  constructor() {
    polling(
      signal(true),
      () => (document.hidden ? Promise.resolve() : this.course.reload()),
      EVERY_MS,
    );
  }
}
