// The rules of a draft: opened, moved by key and by pointer, doubled, deleted.
import { CdkDrag, CdkDragHandle, CdkDropList, type CdkDragDrop } from '@angular/cdk/drag-drop';
import { LiveAnnouncer } from '@angular/cdk/a11y';
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { Toasts } from '../../core/toasts';
import type { PolicyDraft, PolicyFinding, PolicyRule } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { RuleEditor } from './rule-editor';
import { RuleLine } from './rule-line';
import { slugOf } from './slug';

@Component({
  selector: 'vt-rules-editor',
  imports: [CdkDrag, CdkDragHandle, CdkDropList, Icon, RuleEditor, RuleLine],
  templateUrl: './rules-editor.html',
  host: {
    '(keydown.alt.arrowUp)': 'moveByKey($event, -1)',
    '(keydown.alt.arrowDown)': 'moveByKey($event, 1)',
  },
  styles: `
    .rule {
      background: var(--surface);
    }
    .rule + .rule {
      border-top: 1px solid var(--line);
    }
    .head {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      padding-right: 8px;
    }
    .head vt-rule-line {
      flex: 1 1 290px;
    }
    .handle {
      display: inline-flex;
      padding: 8px 0 8px 10px;
      color: var(--ink-faint);
      cursor: grab;
      touch-action: none;
    }
    .acts {
      display: flex;
      margin-left: auto;
    }
    .finding {
      display: flex;
      gap: 8px;
      margin: 0 var(--pad) 10px;
    }
    .foot {
      padding: 10px var(--pad);
      border-top: 1px solid var(--line);
    }
    .cdk-drag-preview {
      border: 1px solid var(--line);
      border-radius: var(--radius-s);
      box-shadow: var(--shadow-high);
    }
    .cdk-drag-placeholder {
      opacity: 0.35;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RulesEditor {
  readonly draft = input.required<PolicyDraft>();
  readonly groups = input.required<readonly { id: string; name: string }[]>();
  readonly findings = input.required<readonly PolicyFinding[]>();
  /** Ids that are on record: the others follow the names of their rules. */
  readonly onRecord = input.required<readonly string[]>();
  readonly rulesChange = output<PolicyRule[]>();
  readonly undo = output();
  private readonly toasts = inject(Toasts);
  private readonly announcer = inject(LiveAnnouncer);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly open = signal<string | undefined>(undefined);
  protected readonly rules = computed(() =>
    this.draft().rules.map((rule, at) => ({
      rule,
      at,
      findings: this.findings().filter(({ path }) => `${path}/`.startsWith(`/rules/${at}/`)),
    })),
  );

  protected toggle(id: string): void {
    this.open.update((now) => (now === id ? undefined : id));
  }

  protected put(at: number, rule: PolicyRule): void {
    const rules = this.draft().rules;
    const id = this.onRecord().includes(rule.id)
      ? rule.id
      : slugOf(rule.name, this.takenBut(rule.id));
    this.rulesChange.emit(rules.with(at, { ...rule, id }));
    this.open.set(id);
  }

  protected dropped({ previousIndex, currentIndex }: CdkDragDrop<unknown>): void {
    this.move(previousIndex, currentIndex);
  }

  protected move(from: number, to: number): void {
    const rules = this.draft().rules;
    const rule = rules[from];
    if (!rule || to < 0 || to >= rules.length || from === to) return;
    this.rulesChange.emit(rules.toSpliced(from, 1).toSpliced(to, 0, rule));
    void this.announcer.announce(`${rule.name}: rule ${to + 1} of ${rules.length}`);
    const focused = document.activeElement?.getAttribute('data-act');
    // The row is moved in the document, and takes the focus along.
    setTimeout(() => {
      const row = this.element.querySelector(`[data-rule="${rule.id}"]`);
      row?.querySelector<HTMLElement>(`[data-act="${focused ?? 'open'}"]`)?.focus();
    });
  }

  /** Alt and an arrow move the rule that has the focus. */
  protected moveByKey(event: Event, by: number): void {
    const id = (event.target as Element).closest('[data-rule]')?.getAttribute('data-rule');
    const at = this.draft().rules.findIndex((rule) => rule.id === id);
    if (at < 0) return;
    event.preventDefault();
    this.move(at, at + by);
  }

  protected duplicate(at: number): void {
    const rule = this.draft().rules[at];
    if (rule) this.insert(at + 1, { ...rule, name: `${rule.name} (copy)`.slice(0, 120) });
  }

  protected add(): void {
    // Before the last one, which decides everything that is left.
    this.insert(Math.max(0, this.draft().rules.length - 1), {
      id: '',
      name: 'New rule',
      when: { risk_at_least: 60 },
      effect: 'step_up',
      report_only: true,
    });
  }

  protected remove(at: number): void {
    const rule = this.draft().rules[at];
    if (!rule) return;
    this.rulesChange.emit(this.draft().rules.toSpliced(at, 1));
    this.toasts.say(`"${rule.name}" is out of the draft.`, {
      label: 'Undo',
      run: () => this.undo.emit(),
    });
  }

  /** Ids of the draft and of the version in force: one that was deleted is not given to another rule. */
  private takenBut(id: string): string[] {
    const all = [...this.draft().rules.map((one) => one.id), ...this.onRecord()];
    return all.filter((one) => one !== id);
  }

  private insert(at: number, rule: PolicyRule): void {
    const rules = this.draft().rules;
    const id = slugOf(rule.name, this.takenBut(''));
    this.rulesChange.emit(rules.toSpliced(at, 0, { ...rule, id }));
    this.open.set(id);
  }
}
