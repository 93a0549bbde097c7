// Which kinds of notification reach the person: what may stay quiet has a switch, what may not says why.
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { MutableNotification } from '../../core/wire';
import {
  MUTABLE_NOTIFICATION,
  NOTIFICATION_ALWAYS,
  NOTIFICATION_OF_ADMINS,
  keysOf,
} from '../../ui/labels';
import { Icon } from '../../ui/icon';
import { Pending } from '../../ui/pending';

@Component({
  selector: 'vt-quiet-card',
  imports: [Icon, Pending],
  template: `
    <section class="card" aria-labelledby="quiet-title">
      <header><h2 id="quiet-title">What reaches you</h2></header>
      <vt-pending [query]="preferences" />
      @if (preferences.value()) {
        <ul class="list">
          @for (kind of mutable; track kind) {
            <li>
              <label class="switch">
                <input
                  type="checkbox"
                  role="switch"
                  [checked]="!muted().has(kind)"
                  [disabled]="busy()"
                  (change)="turn(kind)"
                />
                {{ words[kind] }}
              </label>
            </li>
          }
        </ul>
        <p class="body small soft quiet">
          What you switch off is still kept in the list, as read; it is not counted and does not pop
          up.
        </p>
        <div class="body always">
          <h3><vt-icon name="shield" />Always told</h3>
          <p class="small soft">
            Each of these may mean that somebody else is at your account. Whoever had taken it over
            would switch them off first; so nobody can.
          </p>
          <ul class="small">
            @for (one of always(); track one) {
              <li>{{ one }}</li>
            }
          </ul>
        </div>
      }
    </section>
  `,
  styles: `
    .quiet {
      padding-block: 4px 14px;
    }
    .always {
      display: grid;
      gap: 8px;
      border-top: 1px solid var(--line);
    }
    h3 {
      display: flex;
      align-items: center;
      gap: 6px;
    }
    .always li {
      padding-left: 14px;
      list-style: disc inside;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QuietCard {
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  private readonly identity = inject(Identity);
  protected readonly words = MUTABLE_NOTIFICATION;
  protected readonly mutable = keysOf(MUTABLE_NOTIFICATION);
  protected readonly always = computed(() => {
    const admin = this.identity.user()?.role === 'admin';
    return keysOf(NOTIFICATION_ALWAYS)
      .filter((kind) => admin || !NOTIFICATION_OF_ADMINS.includes(kind))
      .map((kind) => NOTIFICATION_ALWAYS[kind]);
  });
  protected readonly busy = signal(false);
  protected readonly preferences = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/me/notifications/preferences', { signal }),
  );
  protected readonly muted = computed(() => new Set(this.preferences.value()?.muted));

  protected async turn(kind: MutableNotification): Promise<void> {
    const before = this.muted();
    const muted = this.mutable.filter((one) => before.has(one) !== (one === kind));
    this.busy.set(true);
    try {
      this.preferences.set(
        await this.api.call('PUT /api/v1/me/notifications/preferences', { body: { muted } }),
      );
      this.toasts.say(
        muted.includes(kind)
          ? `“${this.words[kind]}” stays quiet now.`
          : `“${this.words[kind]}” reaches you again.`,
      );
    } catch (error) {
      this.toasts.fail('Nothing was changed.', error);
      await this.preferences.reload();
    }
    this.busy.set(false);
  }
}
