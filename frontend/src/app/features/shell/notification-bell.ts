// The bell: how many notifications are unread, and the newest of them.
import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { MatTooltip } from '@angular/material/tooltip';
import { ChangeDetectionStrategy, Component, DestroyRef, computed, inject } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import type { Notification } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { Time } from '../../ui/time';

const SHOWN = 6;

@Component({
  selector: 'vt-notification-bell',
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon, MatTooltip, RouterLink, Time],
  template: `
    <button
      type="button"
      class="btn quiet icon"
      [cdkMenuTriggerFor]="menu"
      [attr.aria-label]="label()"
      matTooltip="Notifications"
    >
      <vt-icon name="bell" />
      @if (unread()) {
        <i aria-hidden="true">{{ unread() > 9 ? '9+' : unread() }}</i>
      }
    </button>
    <ng-template #menu>
      <div class="menu" cdkMenu aria-label="Notifications">
        @for (notification of notifications.value()?.items; track notification.id) {
          <button class="item" cdkMenuItem (cdkMenuItemTriggered)="open(notification)">
            <span class="dot" [class.unread]="!notification.read_at"></span>
            <span class="grow">
              <b>{{ notification.title }}</b>
              <span class="small soft">{{ notification.body }}</span>
            </span>
            <vt-time class="small faint" [at]="notification.created_at" />
          </button>
        } @empty {
          <p class="small soft">
            Nothing yet. New devices, step-ups and ended sessions are told here.
          </p>
        }
        <hr />
        @if (unread()) {
          <button class="item" cdkMenuItem (cdkMenuItemTriggered)="read()">
            <vt-icon name="check" />Mark all as read
          </button>
        }
        <a class="item" cdkMenuItem routerLink="/notifications">
          <vt-icon name="bell" />All notifications
        </a>
      </div>
    </ng-template>
  `,
  styles: `
    button.icon {
      position: relative;
    }
    i {
      position: absolute;
      top: 1px;
      right: 0;
      min-width: 16px;
      padding: 0 4px;
      border-radius: 8px;
      background: var(--bad);
      color: light-dark(#fff, #2b0713);
      font: 650 10px/16px var(--font);
    }
    .menu {
      width: min(400px, calc(100vw - 24px));
      max-width: none;
      margin-inline: 12px;
    }
    .menu .item {
      align-items: flex-start;
      padding: 8px 10px;
    }
    b {
      display: block;
      font-weight: 550;
    }
    p {
      padding: 14px 10px;
    }
    .dot {
      width: 7px;
      height: 7px;
      margin-top: 6px;
      border-radius: 50%;
    }
    .unread {
      background: var(--accent);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotificationBell {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly realtime = inject(Realtime);
  protected readonly notifications = query(
    // What came during a short cut is sent afterwards; after a long one the list is read again.
    () => ({ missed: this.realtime.missed() }),
    (_, signal) =>
      this.api.call('GET /api/v1/me/notifications', { query: { limit: SHOWN }, signal }),
  );
  protected readonly unread = computed(() => this.notifications.value()?.unread ?? 0);
  protected readonly label = computed(() =>
    this.unread() ? `Notifications, ${plural(this.unread(), 'unread', 'unread')}` : 'Notifications',
  );

  constructor() {
    this.realtime.on(
      'notification',
      (notification) => {
        this.notifications.update((page) => {
          const others = page.items.filter(({ id }) => id !== notification.id);
          return {
            ...page,
            items: [notification, ...others].slice(0, SHOWN),
            unread:
              page.unread + (!notification.read_at && others.length === page.items.length ? 1 : 0),
          };
        });
        // What stays quiet comes as read.
        if (!notification.read_at) this.toasts.say(notification.title);
      },
      inject(DestroyRef),
    );
  }

  protected async open({ id, link }: Notification): Promise<void> {
    if (link) void this.router.navigateByUrl(link);
    await this.read([id]);
  }

  protected async read(ids?: string[]): Promise<void> {
    try {
      const { unread } = await this.api.call('POST /api/v1/me/notifications/read', {
        body: ids ? { ids } : {},
      });
      const at = new Date().toISOString();
      this.notifications.update((page) => ({
        ...page,
        unread,
        items: page.items.map((one) =>
          !ids || ids.includes(one.id) ? { ...one, read_at: one.read_at ?? at } : one,
        ),
      }));
    } catch (error) {
      this.toasts.fail('They are still unread.', error);
    }
  }
}
