// Erasing a person from the log: says what is gone for good and what stays, wants the reason, and the address typed.
import { Dialog, DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import {
  ChangeDetectionStrategy,
  Component,
  Injectable,
  computed,
  inject,
  signal,
} from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { Api } from '../../core/api';
import { ApiError } from '../../core/api-error';
import { unlessDeclined } from '../../core/fresh-proof';
import { Toasts } from '../../core/toasts';
import type { User } from '../../core/wire';
import { Value } from '../../ui/value';

type Person = Pick<User, 'id' | 'name' | 'email'>;

const LEAST_REASON = 3;
/** Five seconds in all. */
const PLACE_TRIES = 10;
const PLACE_MS = 500;

@Component({
  selector: 'vt-erase-dialog',
  imports: [Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); agree()">
      <h2 id="erase-title">Erase {{ person.name }} from the log?</h2>
      <div id="erase-text" class="stack soft">
        <p>
          The key of {{ person.name }} is destroyed. <b>This cannot be undone by anybody.</b> Of all
          records so far nobody can ever read again:
        </p>
        <ul class="small">
          <li>that {{ person.name }} acted, and from which address,</li>
          <li>that a record is about {{ person.name }}, its details and its evidence.</li>
        </ul>
        <p>
          What stays: every record in its place with time, action and outcome, and every proof.
          Receipts that were handed out keep what they disclose. The account itself is not touched,
          and this erasure is a record too.
        </p>
      </div>
      <label class="field">
        <span>Reason, kept in the log</span>
        <textarea class="input" rows="2" maxlength="500" required [(vtValue)]="reason"></textarea>
      </label>
      <label class="field">
        <span
          >To confirm, type <span class="mono">{{ person.email }}</span></span
        >
        <input class="input" autocomplete="off" spellcheck="false" [(vtValue)]="typed" />
      </label>
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button type="submit" class="btn primary danger" [disabled]="!ready()">
          Erase for good
        </button>
      </footer>
    </form>
  `,
  styles: `
    .stack {
      gap: 8px;
    }
    ul {
      padding-left: 18px;
      list-style: disc;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EraseDialog {
  protected readonly person = inject<Person>(DIALOG_DATA);
  protected readonly ref = inject<DialogRef<string>>(DialogRef);
  protected readonly reason = signal('');
  protected readonly typed = signal('');
  protected readonly ready = computed(
    () =>
      this.reason().trim().length >= LEAST_REASON &&
      this.typed().trim().toLowerCase() === this.person.email.toLowerCase(),
  );

  protected agree(): void {
    if (this.ready()) this.ref.close(this.reason().trim());
  }
}

@Injectable({ providedIn: 'root' })
export class Erasure {
  private readonly api = inject(Api);
  private readonly dialog = inject(Dialog);
  private readonly toasts = inject(Toasts);

  /** The id of the record that erases; undefined when nothing was erased. */
  async ask(userId: string): Promise<string | undefined> {
    try {
      const { user } = await this.api.call('GET /api/v1/users/:id', { params: { id: userId } });
      const ref = this.dialog.open<string, Person>(EraseDialog, {
        data: user,
        backdropClass: 'scrim',
        ariaLabelledBy: 'erase-title',
        ariaDescribedBy: 'erase-text',
      });
      const reason = await firstValueFrom(ref.closed);
      if (!reason) return undefined;
      const done = await unlessDeclined(() =>
        this.api.call('POST /api/v1/audit/erasures', { body: { user_id: user.id, reason } }),
      );
      if (!done) return undefined;
      const placed = await this.placed(done.record_id);
      this.toasts.say(
        placed
          ? `${user.name} is erased from the log.`
          : `${user.name} is erased as soon as the record has its place.`,
      );
      return done.record_id;
    } catch (error) {
      this.toasts.fail('Nobody was erased.', error);
      return undefined;
    }
  }

  /** Whether the record came into the log while one can wait for it: mostly within a second. */
  private async placed(id: string): Promise<boolean> {
    for (let tries = 0; tries < PLACE_TRIES; tries++) {
      await new Promise((resolve) => setTimeout(resolve, PLACE_MS));
      try {
        await this.api.call('GET /api/v1/audit/records/:id', { params: { id } });
        return true;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'not-found') return false;
      }
    }
    return false;
  }
}
