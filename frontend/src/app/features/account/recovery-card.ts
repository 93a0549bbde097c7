// How many recovery codes are left, and new ones in their place.
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { Confirm } from '../../ui/confirm';
import { Pending } from '../../ui/pending';
import { RecoveryCodes } from './recovery-codes';

const FEW = 3;

@Component({
  selector: 'vt-recovery-card',
  imports: [Pending, RecoveryCodes],
  template: `
    <section class="card" aria-labelledby="recovery-title">
      <header>
        <h2 id="recovery-title">Recovery codes</h2>
        @if (strong()) {
          <span class="chip" [class.good]="left() > few" [class.warn]="left() <= few">
            {{ words() }}
          </span>
        }
      </header>
      <vt-pending [query]="me" [rows]="2" />
      @if (me.value()) {
        <div class="body stack">
          @if (codes().length) {
            <vt-recovery-codes
              title="These replace the old ones"
              [codes]="codes()"
              (kept)="codes.set([])"
            />
          } @else if (strong()) {
            <p class="soft">
              Without your phone or passkey, a code lets you in. Keep them on paper or in a password
              manager.
            </p>
            <div class="row">
              <button type="button" class="btn" [disabled]="busy()" (click)="renew()">
                Make new codes
              </button>
            </div>
          } @else {
            <p class="soft">You get ten of them with your first passkey or authenticator app.</p>
          }
        </div>
      }
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RecoveryCard {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  protected readonly few = FEW;
  protected readonly me = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/me', { signal }),
  );
  protected readonly codes = signal<readonly string[]>([]);
  protected readonly busy = signal(false);
  protected readonly left = computed(() => this.me.value()?.recovery_codes_left ?? 0);
  protected readonly words = computed(() => `${plural(this.left(), 'code')} left`);
  protected readonly strong = computed(() => {
    const user = this.me.value()?.user;
    return user !== undefined && (user.totp_enrolled || user.passkeys > 0);
  });

  protected async renew(): Promise<void> {
    const consent = await this.confirm.ask({
      title: 'Make new recovery codes?',
      consequence: `The ${plural(this.left(), 'code')} that you have left stop working at once.`,
      confirm: 'Make new codes',
    });
    if (!consent || this.busy()) return;
    this.busy.set(true);
    try {
      const { recovery_codes } = await this.api.call('POST /api/v1/me/recovery-codes');
      this.codes.set(recovery_codes);
      await this.me.reload();
    } catch (error) {
      this.toasts.fail('No new codes were made; the old ones hold.', error);
    }
    this.busy.set(false);
  }
}
