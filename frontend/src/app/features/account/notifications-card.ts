// All own notifications, newest first.
import { ChangeDetectionStrategy, Component, DestroyRef, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { listQuery } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Empty } from '../../ui/empty';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';

@Component({
  selector: 'vt-notifications-card',
  imports: [Empty, More, Pending, RouterLink, Time],
  template: `
    <section class="card" id="notifications" aria-labelledby="notifications-title">
      <header><h2 id="notifications-title">Notifications</h2></header>
      <vt-pending [query]="notifications" />
      @if (notifications.value(); as page) {
        <ul class="list">
          @for (one of page.items; track one.id) {
            <li>
              <div class="grow">
                <b>{{ one.title }}</b>
                <p class="small soft">{{ one.body }}</p>
              </div>
              @if (one.link) {
                <a class="small" [routerLink]="one.link" [attr.aria-label]="'Open: ' + one.title"
                  >Open</a
                >
              }
              <vt-time class="small faint" [at]="one.created_at" />
            </li>
          } @empty {
            <li class="none">
              <vt-empty icon="bell" title="Nothing yet">
                You are told here when a new device signs in, a step-up is asked, or a session is
                ended.
              </vt-empty>
            </li>
          }
        </ul>
        <vt-more [list]="notifications" />
      }
    </section>
  `,
  styles: `
    b {
      font-weight: 550;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotificationsCard {
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  protected readonly notifications = listQuery(
    () => ({ connections: this.realtime.connections() }),
    (_, cursor, signal) =>
      this.api.call('GET /api/v1/me/notifications', { query: { cursor, limit: 20 }, signal }),
  );

  constructor() {
    this.realtime.on('notification', () => void this.notifications.reload(), inject(DestroyRef));
  }
}
