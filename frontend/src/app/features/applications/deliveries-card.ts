// The log of webhook deliveries: filter, look into each, send it again.
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Api } from '../../core/api';
import { listQuery, query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { oneOf } from '../../core/url-state';
import type { Reply } from '../../core/wire';
import { CopyId } from '../../ui/copy-id';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { keysOf } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';

type Delivery = Reply<'GET /api/v1/applications/:id/deliveries'>['items'][number];
type Status = Delivery['status'];

const STATUS = {
  pending: { text: 'Waiting', tone: 'warn' },
  delivered: { text: 'Delivered', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
} as const satisfies Record<Status, { text: string; tone: string }>;

@Component({
  selector: 'vt-deliveries-card',
  imports: [CopyId, Empty, Icon, More, Pending, Time, Value],
  template: `
    <section class="card" aria-labelledby="deliveries-title">
      <header>
        <h2 id="deliveries-title" class="grow">Deliveries</h2>
        <select
          class="input"
          aria-label="Status"
          [vtValue]="status()"
          (vtValueChange)="filter($event)"
        >
          <option value="any">Any status</option>
          @for (one of statuses; track one) {
            <option [value]="one">{{ words[one].text }}</option>
          }
        </select>
        <button type="button" class="btn" (click)="deliveries.reload()">Refresh</button>
      </header>
      <vt-pending [query]="deliveries" [rows]="3" />
      @if (deliveries.value(); as page) {
        <ul class="list">
          @for (one of page.items; track one.id) {
            <li>
              <div class="grow">
                <button
                  type="button"
                  class="line"
                  [attr.aria-expanded]="open() === one.id"
                  (click)="toggle(one.id)"
                >
                  <vt-icon [name]="open() === one.id ? 'down' : 'right'" />
                  <span class="grow">
                    <b class="mono">{{ one.kind }}</b>
                    <span class="small faint">
                      <vt-time [at]="one.created_at" />,
                      {{ one.attempt_count === 1 ? '1 attempt' : one.attempt_count + ' attempts' }}
                      @if (one.status === 'pending' && one.next_attempt_at) {
                        · next <vt-time [at]="one.next_attempt_at" />
                      }
                    </span>
                  </span>
                  <span [class]="'chip ' + words[one.status].tone">{{
                    words[one.status].text
                  }}</span>
                </button>
                @if (open() === one.id) {
                  <div class="detail stack">
                    <vt-pending [query]="detail" [rows]="2" />
                    @if (detail.value(); as it) {
                      @if (it.id === one.id) {
                        <p class="small">
                          To <span class="mono url">{{ it.url }}</span>,
                          <span class="faint">webhook-id</span>&ngsp;
                          <vt-copy [value]="it.event_id" what="event id" />
                        </p>
                        <pre tabindex="0" role="group" aria-label="Body">{{ it.body }}</pre>
                        @for (attempt of it.attempts; track attempt.at) {
                          <div class="small">
                            <vt-time [at]="attempt.at" />:
                            {{ attempt.error ?? 'answered ' + attempt.status }}
                            <span class="faint">after {{ attempt.duration_ms }} ms</span>
                            @if (attempt.response) {
                              <pre tabindex="0" role="group" aria-label="Answer">{{
                                attempt.response
                              }}</pre>
                            }
                          </div>
                        }
                        <div>
                          <button type="button" class="btn" (click)="again(one)">Send again</button>
                        </div>
                      }
                    }
                  </div>
                }
              </div>
            </li>
          } @empty {
            <li class="none">
              <vt-empty icon="bell" title="Nothing was sent yet">
                What happens to a session of this application is sent to its webhooks and kept here
                for a month.
              </vt-empty>
            </li>
          }
        </ul>
        <vt-more [list]="deliveries" />
      }
    </section>
  `,
  styles: `
    header .input {
      width: auto;
    }
    .line {
      display: flex;
      align-items: center;
      gap: 8px;
      width: 100%;
      padding: 2px 0;
      border: 0;
      background: none;
      text-align: left;
      cursor: pointer;
    }
    .line b {
      margin-right: 6px;
    }
    .detail {
      gap: 10px;
      padding: 10px 0 6px 24px;
    }
    .url {
      overflow-wrap: anywhere;
    }
    pre {
      max-height: 220px;
      overflow: auto;
      padding: 10px;
      border-radius: var(--radius-s);
      background: var(--sunken);
      font-size: var(--text-xs);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DeliveriesCard {
  readonly application = input.required<string>();
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly statuses = keysOf(STATUS);
  protected readonly words = STATUS;
  protected readonly status = signal<Status | 'any'>('any');
  protected readonly open = signal<string | undefined>(undefined);
  protected readonly deliveries = listQuery(
    () => ({ id: this.application(), status: this.status() }),
    ({ id, status }, cursor, signal) =>
      this.api.call('GET /api/v1/applications/:id/deliveries', {
        params: { id },
        query: { cursor, limit: 20, ...(status === 'any' ? {} : { status }) },
        signal,
      }),
  );
  protected readonly detail = query(
    () => {
      const delivery = this.open();
      return delivery ? { id: this.application(), delivery } : undefined;
    },
    (params, signal) =>
      this.api.call('GET /api/v1/applications/:id/deliveries/:delivery', { params, signal }),
  );

  protected filter(status: string): void {
    this.status.set(oneOf([...this.statuses, 'any'] as const, status, 'any'));
  }

  protected toggle(id: string): void {
    this.open.update((open) => (open === id ? undefined : id));
  }

  protected async again({ id }: Delivery): Promise<void> {
    try {
      await this.api.call('POST /api/v1/applications/:id/deliveries/:delivery/redeliver', {
        params: { id: this.application(), delivery: id },
      });
      this.toasts.say('It is sent again now.');
      await this.deliveries.reload();
    } catch (error) {
      this.toasts.fail('It was not sent.', error);
    }
  }
}
