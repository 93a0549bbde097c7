// Runs a task by hand, with a form drawn from the schema of its payload.
import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, ElementRef, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import type { RegisteredTask } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import {
  type Field,
  type FieldProblems,
  fieldsOf,
  payloadOf,
  problemsOf,
  unreadable,
} from './payload-fields';

@Component({
  selector: 'vt-run-dialog',
  imports: [Icon, ProblemNote, Value],
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
                [attr.aria-invalid]="wrong()[field.name] ? true : null"
                [attr.aria-describedby]="'about-' + field.name"
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
                [attr.aria-invalid]="wrong()[field.name] ? true : null"
                [attr.aria-describedby]="'about-' + field.name"
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
                [attr.aria-invalid]="wrong()[field.name] ? true : null"
                [attr.aria-describedby]="'about-' + field.name"
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
                [attr.aria-invalid]="wrong()[field.name] ? true : null"
                [attr.aria-describedby]="'about-' + field.name"
                autocomplete="off"
                [type]="field.kind === 'number' ? 'number' : 'text'"
                [attr.aria-required]="field.required"
                [vtValue]="texts()[field.name] ?? ''"
                (vtValueChange)="type(field.name, $event)"
              />
            }
          }
          <span [id]="'about-' + field.name">
            @if (wrong()[field.name]; as problem) {
              <span class="wrong"><vt-icon name="alert" />{{ title(field) }}: {{ problem }}</span>
            }
            @if (field.hint) {
              <span class="hint">{{ field.hint }}</span>
            }
          </span>
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
    .wrong {
      display: flex;
      gap: 6px;
      color: var(--bad);
      font-size: var(--text-s);
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
  /** What stands at no field. */
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly wrong = signal<FieldProblems>({});
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  protected type(name: string, text: string): void {
    this.texts.update((texts) => ({ ...texts, [name]: text }));
    if (this.wrong()[name]) this.wrong.update(({ [name]: _, ...others }) => others);
  }

  protected title({ name }: Field): string {
    return name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
  }

  protected async run(): Promise<void> {
    if (this.busy()) return;
    this.problem.set(undefined);
    const unread = unreadable(this.fields, this.texts());
    if (Object.keys(unread).length > 0) return this.refuse(unread);
    this.busy.set(true);
    try {
      const { id } = await this.api.call('POST /api/v1/jobs', {
        body: { task: this.task.name, payload: payloadOf(this.fields, this.texts()) },
      });
      this.ref.close(id);
    } catch (error) {
      const { problem } = toApiError(error);
      const placed = problemsOf(this.fields, problem.issues ?? []);
      const rest = (problem.issues ?? []).filter(
        ({ path }) => !Object.keys(placed).some((name) => path.startsWith(`/payload/${name}`)),
      );
      const all = Object.keys(placed).length > 0 && rest.length === 0;
      this.problem.set(all ? undefined : { ...problem, issues: rest });
      this.busy.set(false);
      this.refuse(placed);
    }
  }

  /** Says it at the fields, and goes to the first of them. */
  private refuse(problems: FieldProblems): void {
    this.wrong.set(problems);
    const first = this.fields.find(({ name }) => problems[name]);
    if (first) this.host.querySelector<HTMLElement>(`#payload-${first.name}`)?.focus();
  }
}
