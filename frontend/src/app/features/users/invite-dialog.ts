// Invites somebody; answers what is needed to hand over the link.
import { DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { oneOf } from '../../core/url-state';
import type { Reply, Role } from '../../core/wire';
import { ROLE, keysOf } from '../../ui/labels';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';

export type Invitation = Reply<'POST /api/v1/users/invite'>;

const ABOUT = {
  user: 'sees the own session, devices and account',
  admin: 'watches and ends sessions, works alerts, manages people',
  auditor: 'reads and verifies the audit log',
} as const satisfies Record<Role, string>;

@Component({
  selector: 'vt-invite-dialog',
  imports: [ProblemNote, Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); invite()">
      <h2 id="invite-title">Invite somebody</h2>
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      }
      <label class="field">
        <span>Name</span>
        <input class="input" maxlength="100" autocomplete="off" required [(vtValue)]="name" />
      </label>
      <label class="field">
        <span>E-mail</span>
        <input class="input" type="email" autocomplete="off" required [(vtValue)]="email" />
      </label>
      <label class="field">
        <span>Role</span>
        <select class="input" [vtValue]="role()" (vtValueChange)="choose($event)">
          @for (one of roles; track one) {
            <option [value]="one">{{ words[one] }}</option>
          }
        </select>
        <span class="hint">{{ words[role()] }}: {{ about[role()] }}.</span>
      </label>
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button type="submit" class="btn primary" [disabled]="!ready() || busy()">
          Make the link
        </button>
      </footer>
    </form>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class InviteDialog {
  protected readonly ref = inject<DialogRef<Invitation>>(DialogRef);
  private readonly api = inject(Api);
  protected readonly roles = keysOf(ROLE);
  protected readonly words = ROLE;
  protected readonly about = ABOUT;
  protected readonly name = signal('');
  protected readonly email = signal('');
  protected readonly role = signal<Role>('user');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly ready = computed(
    () => this.name().trim().length > 0 && /.@./.test(this.email()),
  );

  protected choose(role: string): void {
    this.role.set(oneOf(this.roles, role, 'user'));
  }

  protected async invite(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      const body = { name: this.name().trim(), email: this.email().trim(), role: this.role() };
      this.ref.close(await this.api.call('POST /api/v1/users/invite', { body }));
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
