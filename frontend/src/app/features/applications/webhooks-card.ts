// The webhooks of an application: where it is told what happens to its sessions.
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { Reply } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { Pending, ProblemNote } from '../../ui/pending';
import { ShownOnce } from '../../ui/shown-once';
import { Ticks } from '../../ui/ticks';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';

type Webhook = Reply<'GET /api/v1/applications/:id/webhooks'>['items'][number];
type EventKind = Webhook['events'][number];

const EVENTS = {
  'session.risk_band_changed': 'a score enters another band, or begins above low',
  'session.step_up': 'proof is asked for',
  'session.step_up_passed': 'proof was given',
  'session.restricted': 'a session may only read',
  'session.restored': 'a session has its rights again',
  'session.terminated': 'a session was ended',
  'alert.raised': 'an alert about a session',
  'policy.updated': 'another policy is in force',
} as const satisfies Record<EventKind, string>;

@Component({
  selector: 'vt-webhooks-card',
  imports: [Empty, Icon, Pending, ProblemNote, Ticks, Time, Value],
  template: `
    <section class="card" aria-labelledby="webhooks-title">
      <header>
        <h2 id="webhooks-title" class="grow">Webhooks</h2>
        <button type="button" class="btn" [attr.aria-expanded]="adding()" (click)="toggle()">
          <vt-icon name="plus" />Add a webhook
        </button>
      </header>
      @if (adding()) {
        <form class="body stack" (submit)="$event.preventDefault(); add()">
          @if (problem(); as problem) {
            <vt-problem [problem]="problem" />
          }
          <label class="field">
            <span>Address</span>
            <input
              class="input mono"
              type="url"
              maxlength="500"
              placeholder="https://shop.example/webhooks/verity"
              required
              [(vtValue)]="url"
            />
          </label>
          <vt-ticks legend="Tell it of" [words]="words" [(chosen)]="chosen" />
          <div>
            <button type="submit" class="btn primary" [disabled]="!ready() || busy()">Add</button>
          </div>
        </form>
      }
      <vt-pending [query]="webhooks" [rows]="2" />
      @if (webhooks.value(); as all) {
        <ul class="list">
          @for (webhook of all; track webhook.id) {
            <li>
              <vt-icon name="link" />
              <div class="grow">
                <b class="mono url">{{ webhook.url }}</b>
                <div class="row wrap">
                  @for (kind of webhook.events; track kind) {
                    <span class="chip">{{ kind }}</span>
                  }
                </div>
                <div class="small faint">
                  @if (webhook.last_delivered_at) {
                    last delivered <vt-time [at]="webhook.last_delivered_at" />
                  } @else {
                    nothing delivered yet
                  }
                  @if (webhook.failures_in_a_row > 0) {
                    · {{ webhook.failures_in_a_row }} failures in a row
                  }
                </div>
                @if (webhook.paused_reason) {
                  <div class="small">{{ webhook.paused_reason }}</div>
                }
                <div class="row wrap acts">
                  <button type="button" class="btn" (click)="test(webhook)">Send a test</button>
                  @if (webhook.status === 'paused') {
                    <button type="button" class="btn" (click)="put(webhook, 'active')">
                      Resume
                    </button>
                  } @else {
                    <button type="button" class="btn" (click)="put(webhook, 'paused')">
                      Pause
                    </button>
                  }
                  <button type="button" class="btn" (click)="rotate(webhook)">New secret</button>
                  <button type="button" class="btn danger" (click)="remove(webhook)">Remove</button>
                </div>
              </div>
              <span
                class="chip"
                [class.good]="webhook.status === 'active' && webhook.failures_in_a_row === 0"
                [class.warn]="webhook.status === 'paused' || webhook.failures_in_a_row > 0"
                >{{ stateOf(webhook) }}</span
              >
            </li>
          } @empty {
            <li class="none">
              <vt-empty icon="link" title="No webhook yet">
                Without one the application learns of a step-up or an end when it asks the next
                time.
              </vt-empty>
            </li>
          }
        </ul>
      }
    </section>
  `,
  styles: `
    .url {
      overflow-wrap: anywhere;
    }
    li .row {
      gap: 4px;
    }
    .acts {
      margin-top: 8px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WebhooksCard {
  readonly application = input.required<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly shownOnce = inject(ShownOnce);
  private readonly toasts = inject(Toasts);
  protected readonly words = EVENTS;
  protected readonly adding = signal(false);
  protected readonly url = signal('');
  protected readonly chosen = signal<ReadonlySet<EventKind>>(
    new Set<EventKind>(['session.step_up', 'session.restricted', 'session.terminated']),
  );
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly ready = computed(
    () => /^https?:\/\/./.test(this.url()) && this.chosen().size > 0,
  );
  protected readonly webhooks = query(
    () => ({ id: this.application() }),
    async (params, signal) =>
      (await this.api.call('GET /api/v1/applications/:id/webhooks', { params, signal })).items,
  );

  protected stateOf({ status, failures_in_a_row: failures }: Webhook): string {
    if (status === 'paused') return 'Paused';
    return failures > 0 ? 'Failing' : 'Active';
  }

  protected toggle(): void {
    this.adding.update((adding) => !adding);
  }

  protected async add(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      const { secret } = await this.api.call('POST /api/v1/applications/:id/webhooks', {
        params: { id: this.application() },
        body: { url: this.url().trim(), events: [...this.chosen()] },
      });
      this.show(secret);
      this.adding.set(false);
      this.url.set('');
      this.problem.set(undefined);
      await this.webhooks.reload();
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }

  protected async put({ id }: Webhook, status: 'active' | 'paused'): Promise<void> {
    await this.change(async () => {
      await this.api.call('PATCH /api/v1/applications/:id/webhooks/:webhook', {
        params: { id: this.application(), webhook: id },
        body: { status },
      });
    });
  }

  protected async test({ id }: Webhook): Promise<void> {
    await this.change(async () => {
      await this.api.call('POST /api/v1/applications/:id/webhooks/:webhook/test', {
        params: { id: this.application(), webhook: id },
      });
      this.toasts.say('The test is on its way; the log below shows how it ended.');
    });
  }

  protected async rotate({ id, url }: Webhook): Promise<void> {
    const consent = await this.confirm.ask({
      title: 'Make a new secret?',
      consequence: `For a day, what is sent to ${url} is signed with both secrets; after that with the new one alone.`,
      confirm: 'Make it',
    });
    if (!consent) return;
    await this.change(async () => {
      const { secret } = await this.api.call(
        'POST /api/v1/applications/:id/webhooks/:webhook/secret',
        { params: { id: this.application(), webhook: id }, body: {} },
      );
      this.show(secret);
    });
  }

  protected async remove({ id, url }: Webhook): Promise<void> {
    const consent = await this.confirm.ask({
      title: 'Remove this webhook?',
      consequence: `Nothing more is sent to ${url}, and the log of its deliveries is removed.`,
      confirm: 'Remove',
      danger: true,
    });
    if (!consent) return;
    await this.change(async () => {
      await this.api.call('DELETE /api/v1/applications/:id/webhooks/:webhook', {
        params: { id: this.application(), webhook: id },
      });
    });
  }

  private async change(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      await this.webhooks.reload();
    } catch (error) {
      this.toasts.fail('The webhook is as it was.', error);
    }
  }

  private show(value: string): void {
    this.shownOnce.show({
      title: 'The secret of the webhook',
      advice: 'The receiver checks the signature of every delivery with it.',
      what: 'webhook secret',
      value,
    });
  }
}
