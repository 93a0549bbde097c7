// All own notifications: unread or all, each leads to what it is about, read one by one or all at once.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
} from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
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
import { PagedList } from '../../ui/paged-list';
import { Time } from '../../ui/time';
import { QuietCard } from './quiet-card';

@Component({
  selector: 'vt-notifications-page',
  imports: [Empty, Icon, MatTooltip, PagedList, QuietCard, Time],
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
      <div class="columns">
        <vt-paged-list label="Notifications" [list]="notifications">
          <ul class="list">
            @for (one of notifications.value()?.items; track one.id) {
              <li [class.unread]="!one.read_at">
                <span class="dot" aria-hidden="true"></span>
                <div class="text">
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
                  <p class="soft">{{ one.body }}</p>
                  <vt-time class="small faint" [at]="one.created_at" />
                </div>
                @if (!one.read_at) {
                  <button
                    type="button"
                    class="btn quiet icon"
                    matTooltip="Mark as read"
                    [attr.aria-label]="'Mark as read: ' + one.title"
                    (click)="read([one.id])"
                  >
                    <vt-icon name="check" />
                  </button>
                }
              </li>
            }
          </ul>
          <vt-empty icon="bell" [title]="show() === 'unread' ? 'All is read' : 'Nothing yet'">
            You are told here when a new device signs in, a step-up is asked, a session is ended, or
            an appeal is answered.
          </vt-empty>
        </vt-paged-list>
        <vt-quiet-card />
      </div>
    </div>
  `,
  styles: `
    b,
    .link-btn {
      font-weight: 550;
      text-align: left;
    }
    li {
      flex-wrap: nowrap;
    }
    .text {
      flex: 1;
      min-width: 0;
    }
    .dot {
      flex: none;
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
    this.notifications.value() === undefined
      ? 'Notifications'
      : this.unread()
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
