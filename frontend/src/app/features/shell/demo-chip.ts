// Says that what one sees is demo data, and removes all of it for an admin.
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { Confirm } from '../../ui/confirm';
import { Icon } from '../../ui/icon';

@Component({
  selector: 'vt-demo-chip',
  imports: [Icon],
  template: `
    @if (present(); as demo) {
      @if (identity.user()?.role === 'admin') {
        <button type="button" class="chip warn" (click)="remove(demo)">
          Demo data<vt-icon name="trash" /><span class="sr-only">, remove it</span>
        </button>
      } @else {
        <span class="chip warn">Demo data</span>
      }
    }
  `,
  styles: `
    vt-icon {
      transform: scale(0.85);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DemoChip {
  protected readonly identity = inject(Identity);
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly demo = query(
    () => this.identity.user()?.id,
    (_, signal) => this.api.call('GET /api/v1/demo', { signal }),
  );
  protected readonly present = computed(() => {
    const demo = this.demo.value();
    return demo && demo.users > 0 ? demo : undefined;
  });

  protected async remove({
    users,
    sessions,
    alerts,
  }: {
    users: number;
    sessions: number;
    alerts: number;
  }): Promise<void> {
    const consent = await this.confirm.ask({
      title: 'Remove all demo data?',
      consequence:
        `${plural(users, 'demo person', 'demo people')}, ${plural(sessions, 'session')} and ` +
        `${plural(alerts, 'alert')} are removed, and their models of behaviour with them. ` +
        'Audit records stay, since nothing is ever taken out of the log.' +
        (this.identity.user()?.demo
          ? ' Your own account is a demo account: you will be signed out.'
          : ''),
      confirm: 'Remove demo data',
      danger: true,
    });
    if (!consent) return;
    try {
      const gone = await this.api.call('DELETE /api/v1/demo');
      this.toasts.say(
        `Removed ${plural(gone.users, 'demo person', 'demo people')} and all that was theirs.`,
      );
      this.identity.epoch.update((epoch) => epoch + 1);
    } catch (error) {
      this.toasts.fail('The demo data is still there.', error);
    }
  }
}
