// What changed from one version to another, a line per rule.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import type { PolicyChange } from '../../core/wire';

const KIND = {
  added: { text: 'Added', tone: 'good' },
  removed: { text: 'Removed', tone: 'bad' },
  changed: { text: 'Changed', tone: 'warn' },
  moved: { text: 'Moved', tone: 'accent' },
} as const;

@Component({
  selector: 'vt-changes',
  template: `
    <ul>
      @for (change of changes(); track change.rule_id + change.kind) {
        <li>
          <span [class]="'chip ' + kinds[change.kind].tone">{{ kinds[change.kind].text }}</span>
          <span class="mono">{{ change.rule_id }}</span>
          @if (change.before) {
            <del>{{ change.before }}</del>
          }
          @if (change.after) {
            <ins>{{ change.after }}</ins>
          }
        </li>
      } @empty {
        <li class="soft">Nothing differs.</li>
      }
    </ul>
  `,
  styles: `
    ul {
      display: grid;
      gap: 8px;
      font-size: var(--text-s);
    }
    li {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 2px 8px;
      overflow-wrap: anywhere;
    }
    del,
    ins {
      flex-basis: 100%;
      padding-left: 8px;
      border-left: 3px solid var(--bad);
      color: var(--ink-soft);
      text-decoration: none;
    }
    ins {
      border-left-color: var(--good);
      color: var(--ink);
    }
    del::before {
      content: '− ' / 'before: ';
    }
    ins::before {
      content: '+ ' / 'after: ';
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ChangeList {
  readonly changes = input.required<readonly PolicyChange[]>();
  protected readonly kinds = KIND;
}
