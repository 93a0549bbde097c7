// The draft as JSON: edited as text, with each finding at its line.
import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  computed,
  input,
  linkedSignal,
  output,
  viewChild,
} from '@angular/core';
import type { PolicyDraft, PolicyFinding } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { Value } from '../../ui/value';
import { lineOf } from './json-place';

@Component({
  selector: 'vt-json-editor',
  imports: [Icon, Value],
  template: `
    <textarea
      #field
      class="input mono"
      rows="28"
      spellcheck="false"
      aria-label="The draft as JSON"
      aria-describedby="json-findings"
      [attr.aria-invalid]="broken() || marks().length > 0"
      [vtValue]="text()"
      (vtValueChange)="read($event)"
    ></textarea>
    <ul id="json-findings" aria-live="polite">
      @if (broken(); as problem) {
        <li class="note bad"><vt-icon name="alert" />{{ problem }} The draft stays as it was.</li>
      }
      @for (mark of marks(); track $index) {
        <li [class]="'note ' + (mark.severity === 'error' ? 'bad' : 'warn')">
          <vt-icon name="alert" />
          <button type="button" class="link-btn" (click)="goTo(mark.line)">
            Line {{ mark.line }}
          </button>
          <span>{{ mark.message }}</span>
        </li>
      }
    </ul>
  `,
  styles: `
    :host {
      display: grid;
      gap: 10px;
      padding: var(--pad);
    }
    textarea {
      line-height: 20px;
      tab-size: 2;
      white-space: pre;
      overflow: auto;
    }
    ul {
      display: grid;
      gap: 6px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class JsonEditor {
  readonly draft = input.required<PolicyDraft>();
  readonly findings = input.required<readonly PolicyFinding[]>();
  readonly draftChange = output<PolicyDraft>();
  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');
  /** What was typed, as long as it stands for the draft; else the draft, written out. */
  protected readonly text = linkedSignal<PolicyDraft, string>({
    source: this.draft,
    computation: (draft, before) =>
      before && parsed(before.value).json === JSON.stringify(draft)
        ? before.value
        : JSON.stringify(draft, null, 2),
  });
  protected readonly broken = computed(() => parsed(this.text()).problem);
  protected readonly marks = computed(() =>
    this.broken()
      ? []
      : this.findings().map((finding) => ({ ...finding, line: lineOf(this.text(), finding.path) })),
  );

  protected read(text: string): void {
    this.text.set(text);
    const { draft } = parsed(text);
    if (draft) this.draftChange.emit(draft);
  }

  protected goTo(line: number): void {
    const field = this.field().nativeElement;
    const lines = field.value.split('\n');
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    field.scrollTop = (line - 4) * 20;
  }
}

/** The parts that the editors stand on must be there; the server says what else is wrong. */
function parsed(text: string): { draft?: PolicyDraft; json?: string; problem?: string } {
  try {
    const value = JSON.parse(text) as Partial<PolicyDraft> | null;
    const whole =
      Array.isArray(value?.rules) &&
      value.rules.every((rule) => typeof rule?.id === 'string' && typeof rule.when === 'object') &&
      Array.isArray(value.resources) &&
      typeof value.hysteresis === 'object';
    if (!whole) {
      return { problem: 'It needs rules (each with id and when), hysteresis and resources.' };
    }
    return { draft: value as PolicyDraft, json: JSON.stringify(value) };
  } catch (error) {
    return { problem: `This is no JSON: ${(error as Error).message}.` };
  }
}
