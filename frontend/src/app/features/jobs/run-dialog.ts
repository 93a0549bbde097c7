// Runs a task by hand, with a form drawn from the schema of its payload.
import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import type { RegisteredTask } from '../../core/wire';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { fieldsOf, payloadOf } from './payload-fields';

@Component({
  selector: 'vt-run-dialog',
  imports: [ProblemNote, Value],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); run()">
      <h2 id="run-title">Run {{ task.name }} now</h2>
      <p class="soft">{{ task.about }}</p>
      @if (problem(); as problem) {
        <vt-problem [problem]="problem" />
      }
      @for (field of fields; track field.name) {
        <div class="field">
          <label [for]="'payload-' + field.name"
            >{{ field.title }}{{ field.required ? '' : ' (optional)' }}</label
          >
          @switch (field.kind) {
            @case ('choice') {
              <select
                class="input"
                [id]="'payload-' + field.name"
                [vtValue]="texts()[field.name] ?? ''"
                (vtValueChange)="type(field.name, $event)"
              >
                <option value=""></option>
                @for (option of field.options; track option) {
                  <option [value]="option">{{ option }}</option>
                }
              </select>
            }
            @case ('yes-no') {
              <select
                class="input"
                [id]="'payload-' + field.name"
                [vtValue]="texts()[field.name] ?? ''"
                (vtValueChange)="type(field.name, $event)"
              >
                <option value=""></option>
                <option value="true">Yes</option>
                <option value="false">No</option>
              </select>
            }
            @case ('json') {
              <textarea
                class="input mono"
                [id]="'payload-' + field.name"
                rows="4"
                spellcheck="false"
                [vtValue]="texts()[field.name] ?? ''"
                (vtValueChange)="type(field.name, $event)"
              ></textarea>
            }
            @default {
              <input
                class="input"
                [id]="'payload-' + field.name"
                autocomplete="off"
                [type]="field.kind === 'number' ? 'number' : 'text'"
                [required]="field.required"
                [vtValue]="texts()[field.name] ?? ''"
                (vtValueChange)="type(field.name, $event)"
              />
            }
          }
          @if (field.hint) {
            <span class="hint">{{ field.hint }}</span>
          }
        </div>
      } @empty {
        <p>It needs nothing more.</p>
      }
      <footer>
        <button type="button" class="btn" (click)="ref.close()">Cancel</button>
        <button type="submit" class="btn primary" [disabled]="busy()">Run now</button>
      </footer>
    </form>
  `,
  styles: `
    .field > label {
      font-size: var(--text-s);
      font-weight: 550;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunDialog {
  /** Closes with the id of the job. */
  protected readonly ref = inject<DialogRef<string>>(DialogRef);
  protected readonly task = inject<RegisteredTask>(DIALOG_DATA);
  private readonly api = inject(Api);
  protected readonly fields = fieldsOf(this.task.payload);
  protected readonly texts = signal<Record<string, string>>(
    Object.fromEntries(this.fields.map(({ name, initial }) => [name, initial])),
  );
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);

  protected type(name: string, text: string): void {
    this.texts.update((texts) => ({ ...texts, [name]: text }));
  }

  protected async run(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      const { id } = await this.api.call('POST /api/v1/jobs', {
        body: { task: this.task.name, payload: payloadOf(this.fields, this.texts()) },
      });
      this.ref.close(id);
    } catch (error) {
      this.problem.set(toApiError(error).problem);
      this.busy.set(false);
    }
  }
}
