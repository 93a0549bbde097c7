// One job: what it was asked, what it says, and what can be done about it.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { wholeNumber } from '../../core/format';
import { polling } from '../../core/polling';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { Back } from '../../ui/back';
import { Confirm } from '../../ui/confirm';
import { CopyId } from '../../ui/copy-id';
import { JOB_ORIGIN, JOB_STATE } from '../../ui/labels';
import { JsonCard } from '../../ui/json-card';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { duration } from './duration';
import { LiveJobs } from './live-jobs';

@Component({
  selector: 'vt-job-page',
  imports: [Back, CopyId, JsonCard, Pending, RouterLink, Time],
  providers: [LiveJobs],
  template: `
    <div class="page">
      <vt-back to="/jobs">Jobs</vt-back>
      <div class="page-head">
        <h1 class="grow">{{ answer() }}</h1>
        @if (job.value(); as one) {
          @if (!one.ended_at) {
            <button type="button" class="btn danger" (click)="cancel()">Cancel …</button>
          } @else if (one.retried_as; as again) {
            <a class="btn" [routerLink]="['/jobs', again]">The job that tried it again</a>
          } @else if (one.state !== 'succeeded') {
            <button type="button" class="btn primary" (click)="retry()">Try again</button>
          }
        }
      </div>
      <vt-pending [query]="job" />
      @if (job.value(); as one) {
        <div class="columns">
          <div class="stack">
            @if (one.error; as error) {
              <section class="card" aria-labelledby="error-title">
                <header>
                  <h2 id="error-title">What went wrong</h2>
                  <span class="chip bad">{{ error.why }}</span>
                </header>
                <div class="body stack">
                  <p class="message">{{ error.message }}</p>
                  @if (error.fix) {
                    <p class="soft">{{ error.fix }}</p>
                  }
                </div>
              </section>
            }
            @if (one.state === 'succeeded') {
              <vt-json-card title="Result" [value]="one.result ?? 'It answered nothing.'" />
            }
            <vt-json-card title="Payload" [value]="one.payload" />
          </div>
          <div class="stack">
            <section class="card" aria-labelledby="about-title">
              <header><h2 id="about-title">About</h2></header>
              <dl class="facts body">
                <dt>State</dt>
                <dd>
                  <span [class]="'chip ' + states[one.state].tone">{{
                    states[one.state].text
                  }}</span>
                </dd>
                @if (one.progress; as progress) {
                  <dt>Progress</dt>
                  <dd>
                    {{ number(progress.done)
                    }}{{ progress.total === null ? '' : ' of ' + number(progress.total) }}
                    {{ progress.note }}
                    @if (progress.total; as total) {
                      <progress
                        [max]="total"
                        [value]="progress.done"
                        aria-label="Progress"
                      ></progress>
                    }
                  </dd>
                }
                <dt>Task</dt>
                <dd>
                  <a routerLink="/jobs" class="mono" [queryParams]="{ task: one.task }">{{
                    one.task
                  }}</a>
                </dd>
                <dt>Queue</dt>
                <dd>
                  <a routerLink="/jobs" class="mono" [queryParams]="{ queue: one.queue }">{{
                    one.queue
                  }}</a>
                </dd>
                <dt>Asked by</dt>
                <dd>{{ origins[one.origin] }}{{ one.by ? ', ' + one.by : '' }}</dd>
                @if (one.scheduled_for; as at) {
                  <dt>Tick of</dt>
                  <dd><vt-time [at]="at" /></dd>
                }
                <dt>Enqueued</dt>
                <dd><vt-time [at]="one.enqueued_at" /></dd>
                @if (one.started_at; as at) {
                  <dt>Begun</dt>
                  <dd><vt-time [at]="at" /></dd>
                }
                @if (one.due_at; as at) {
                  <dt>Tried again</dt>
                  <dd><vt-time [at]="at" /></dd>
                }
                @if (one.ended_at; as at) {
                  <dt>Ended</dt>
                  <dd><vt-time [at]="at" />, after {{ took(one.duration_ms) }}</dd>
                }
                <dt>Run</dt>
                <dd>{{ one.attempt }}</dd>
                @if (one.worker) {
                  <dt>Worker</dt>
                  <dd><vt-copy [value]="one.worker" what="worker" /></dd>
                }
                <dt>Id</dt>
                <dd><vt-copy [value]="one.id" what="job id" /></dd>
              </dl>
            </section>
          </div>
        </div>
      }
    </div>
  `,
  styles: `
    .message {
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    progress {
      inline-size: 100%;
      accent-color: var(--accent);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class JobPage {
  readonly id = input.required<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly live = inject(LiveJobs);
  protected readonly number = wholeNumber;
  protected readonly states = JOB_STATE;
  protected readonly origins = JOB_ORIGIN;
  protected readonly took = duration;
  protected readonly job = query(
    () => ({ id: this.id() }),
    (params, signal) => this.api.call('GET /api/v1/jobs/:id', { params, signal }),
  );
  protected readonly answer = computed(() => {
    const job = this.job.value();
    return job ? `${job.task}: ${this.states[job.state].text.toLowerCase()}` : 'Job';
  });

  constructor() {
    const task = computed(() => this.job.value()?.task);
    this.live.follow(
      (moves) => moves.some((move) => move.task === task()),
      () => (this.job.value()?.ended_at ? Promise.resolve() : this.job.reload()),
    );
    // Its progress is told by no event.
    polling(
      computed(() => this.job.value()?.state === 'active'),
      () => this.job.reload(),
    );
  }

  protected async cancel(): Promise<void> {
    const consent = await this.confirm.ask({
      title: 'Cancel this job?',
      consequence: 'One that waits never runs; one that runs is told to stop.',
      confirm: 'Cancel the job',
      danger: true,
    });
    if (!consent) return;
    try {
      const { outcome } = await this.api.call('POST /api/v1/jobs/:id/cancel', {
        params: { id: this.id() },
      });
      this.toasts.say(
        outcome === 'cancelled' ? 'It was cancelled.' : 'Its worker was told to stop it.',
      );
    } catch (error) {
      this.toasts.fail('It was not cancelled.', error);
    }
    await this.job.reload();
  }

  protected async retry(): Promise<void> {
    try {
      const { id } = await this.api.call('POST /api/v1/jobs/:id/retry', {
        params: { id: this.id() },
      });
      await this.router.navigate(['/jobs', id]);
    } catch (error) {
      this.toasts.fail('It was not tried again.', error);
    }
  }
}
