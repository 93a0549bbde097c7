// All own notifications: unread or all, each leads to what it is about, read one by one or all at once.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
} from '@angular/core';
import { Router } from '@angular/router';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { listQuery } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import { urlState } from '../../core/url-state';
import type { Notification } from '../../core/wire';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';

@Component({
  selector: 'vt-notifications-page',
  imports: [Empty, Icon, More, Pending, Time],
  template: `
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">What happened to your account and sessions, newest first.</p>
        </div>
        <button type="button" class="btn" [disabled]="unread() === 0" (click)="read()">
          <vt-icon name="check" />Mark all as read
        </button>
      </div>
      <div class="filters" role="group" aria-label="Which">
        @for (one of filters; track one.value) {
          <button
            type="button"
            class="btn"
            [class.on]="(show() ?? '') === one.value"
            [attr.aria-pressed]="(show() ?? '') === one.value"
            (click)="setUrl({ show: one.value })"
          >
            {{ one.text }}
          </button>
        }
      </div>
      <section class="card" aria-label="Notifications">
        <vt-pending [query]="notifications" />
        @if (notifications.value(); as page) {
          <ul class="list">
            @for (one of page.items; track one.id) {
              <li [class.unread]="!one.read_at">
                <span class="dot" aria-hidden="true"></span>
                <div class="grow">
                  @if (one.link) {
                    <button type="button" class="link-btn" (click)="open(one)">
                      {{ one.title }}
                    </button>
                  } @else {
                    <b>{{ one.title }}</b>
                  }
                  @if (!one.read_at) {
                    <span class="sr-only">unread</span>
                  }
                  <p class="small soft">{{ one.body }}</p>
                </div>
                <vt-time class="small faint" [at]="one.created_at" />
                @if (!one.read_at) {
                  <button
                    type="button"
                    class="btn quiet"
                    [attr.aria-label]="'Mark as read: ' + one.title"
                    (click)="read([one.id])"
                  >
                    Mark read
                  </button>
                }
              </li>
            } @empty {
              <li class="none">
                <vt-empty icon="bell" [title]="show() === 'unread' ? 'All is read' : 'Nothing yet'">
                  You are told here when a new device signs in, a step-up is asked, a session is
                  ended, or an appeal is answered.
                </vt-empty>
              </li>
            }
          </ul>
          <vt-more [list]="notifications" />
        }
      </section>
    </div>
  `,
  styles: `
    b,
    .link-btn {
      font-weight: 550;
      text-align: left;
    }
    .dot {
      width: 7px;
      height: 7px;
      border-radius: 50%;
    }
    .unread .dot {
      background: var(--accent);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotificationsPage {
  readonly show = input<string>();
  protected readonly setUrl = urlState();
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  protected readonly filters = [
    { value: '', text: 'All' },
    { value: 'unread', text: 'Unread' },
  ];
  protected readonly notifications = listQuery(
    () => ({ unread: this.show() === 'unread', connections: this.realtime.connections() }),
    async ({ unread }, cursor, signal) => {
      const query = { cursor, limit: 20, ...(unread ? { unread: 'true' as const } : {}) };
      return this.api.call('GET /api/v1/me/notifications', { query, signal });
    },
  );
  protected readonly unread = computed(
    () => (this.notifications.value() as { unread?: number } | undefined)?.unread ?? 0,
  );
  protected readonly answer = computed(() =>
    this.unread()
      ? `${plural(this.unread(), 'notification')} unread`
      : 'All notifications are read',
  );

  constructor() {
    this.realtime.on('notification', () => void this.notifications.reload(), inject(DestroyRef));
  }

  protected async open({ id, link }: Notification): Promise<void> {
    await this.read([id]);
    if (link) await this.router.navigateByUrl(link);
  }

  protected async read(ids?: string[]): Promise<void> {
    try {
      await this.api.call('POST /api/v1/me/notifications/read', { body: ids ? { ids } : {} });
      await this.notifications.reload();
    } catch (error) {
      this.toasts.fail('They are still unread.', error);
    }
  }
}
