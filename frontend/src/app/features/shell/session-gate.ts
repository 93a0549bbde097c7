// How the own session stands, when it does not stand well: asks for proof when a step-up is due, explains a restriction.
import { Dialog, type DialogRef } from '@angular/cdk/dialog';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  effect,
  inject,
  untracked,
} from '@angular/core';
import { Api } from '../../core/api';
import { query } from '../../core/query';
import { Identity } from '../../core/identity';
import { Realtime } from '../../core/socket';
import { Icon } from '../../ui/icon';
import type { Me } from '../../core/wire';

@Component({
  selector: 'vt-session-gate',
  imports: [Icon],
  template: `
    @if (identity.stepUpReason(); as reason) {
      <div class="note warn" role="alert">
        <vt-icon name="shield" />
        <div class="grow">
          <b>Prove again that it is you</b>
          <p>{{ reason }} Until then most pages stay closed.</p>
        </div>
        <button type="button" class="btn primary" (click)="prove()">Prove it</button>
      </div>
    } @else if (identity.session()?.state === 'restricted') {
      <div class="note warn" role="alert">
        <vt-icon name="shield" />
        <div class="grow">
          <b>This session is restricted: you can read, but not change anything</b>
          <p>
            {{ identity.session()?.state_reason }} Prove who you are to lift it, or wait until the
            score has fallen.
          </p>
        </div>
        <button type="button" class="btn primary" (click)="prove()">Prove it</button>
      </div>
    }
  `,
  styles: `
    .note {
      flex-wrap: wrap;
      border-radius: 0;
      padding: 12px 20px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SessionGate {
  protected readonly identity = inject(Identity);
  private readonly dialog = inject(Dialog);
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  private open = false;
  /** The dialog while it is open. */
  private asking: DialogRef<boolean, unknown> | undefined;

  private readonly me = query(
    () => ({ connections: this.realtime.connections() }),
    (_, signal) => this.api.call('GET /api/v1/me', { signal }),
  );

  constructor() {
    const until = inject(DestroyRef);
    effect(() => {
      const me = this.me.value();
      if (me) untracked(() => this.accept(me));
    });
    effect(() => {
      this.identity.stepUpAsked();
      if (this.identity.stepUpReason()) untracked(() => void this.prove());
    });
    effect(() => {
      // Lifted elsewhere, by the policy or an admin: nothing is asked any more, and what waited may go on.
      if (!this.identity.stepUpReason()) untracked(() => this.asking?.close(true));
    });
    // Enforcement tells the person; what it did to the session is then read.
    this.realtime.on('notification', () => void this.me.reload(), until);
  }

  protected async prove(): Promise<void> {
    if (this.open) return;
    this.open = true;
    const { StepUpDialog } = await import('./step-up-dialog');
    this.asking = this.dialog.open<boolean>(StepUpDialog, {
      backdropClass: 'scrim',
      ariaLabelledBy: 'step-up-title',
    });
    this.asking.closed.subscribe((proved) => {
      this.open = false;
      this.asking = undefined;
      this.identity.settleStepUp(proved === true);
    });
  }

  private accept(me: Me): void {
    this.identity.user.set(me.user);
    this.identity.observe(me.session);
  }
}
