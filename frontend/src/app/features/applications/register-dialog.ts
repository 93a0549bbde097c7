// Registers an application.
import { DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import type { Reply } from '../../core/wire';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { linesOf } from './lines-of';

export type Registered = Reply<'POST /api/v1/applications'>;

@Component({
  selector: 'vt-register-dialog',
  imports: [ProblemNote, Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); register()">
      <h2 id="register-title">Register an application</h2>
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      }
      <label class="field">
        <span>Name</span>
        <input class="input" maxlength="100" autocomplete="off" required [(vtValue)]="name" />
      </label>
      <label class="field">
        <span>Handle</span>
        <input class="input mono" maxlength="31" autocomplete="off" required [(vtValue)]="handle" />
        <span class="hint">
          Stands behind the @ in the names of its users, such as u-17@{{ handle() || 'shop' }}. It
          cannot be changed.
        </span>
      </label>
      <label class="field">
        <span>Origins, one a line</span>
        <textarea
          class="input mono"
          rows="2"
          spellcheck="false"
          placeholder="https://shop.example"
          [(vtValue)]="origins"
        ></textarea>
        <span class="hint">
          Where its pages are: the collector and the cookie of a protected site work there alone.
        </span>
      </label>
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button type="submit" class="btn primary" [disabled]="!ready() || busy()">Register</button>
      </footer>
    </form>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RegisterDialog {
  protected readonly ref = inject<DialogRef<Registered>>(DialogRef);
  private readonly api = inject(Api);
  protected readonly name = signal('');
  protected readonly handle = signal('');
  protected readonly origins = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly ready = computed(
    () => this.name().trim().length > 0 && /^[a-z][a-z0-9-]{1,30}$/.test(this.handle().trim()),
  );

  protected async register(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      const body = {
        name: this.name().trim(),
        handle: this.handle().trim(),
        origins: linesOf(this.origins()),
      };
      this.ref.close(await this.api.call('POST /api/v1/applications', { body }));
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
