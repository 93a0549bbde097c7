// The list of keyboard shortcuts, under "?".
import { DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Shortcuts } from '../../core/shortcuts';

@Component({
  selector: 'vt-shortcut-list',
  template: `
    <div class="dialog">
      <h2>Keyboard shortcuts</h2>
      @for (group of groups(); track group.name) {
        <section>
          <h3>{{ group.name }}</h3>
          <ul>
            @for (shortcut of group.shortcuts; track shortcut.keys) {
              <li>
                <span>{{ shortcut.about }}</span>
                <span>
                  @for (key of keys(shortcut.keys); track $index) {
                    <kbd>{{ key }}</kbd>
                  }
                </span>
              </li>
            }
          </ul>
        </section>
      }
      <footer><button type="button" class="btn" (click)="ref.close()">Close</button></footer>
    </div>
  `,
  styles: `
    .dialog {
      width: min(560px, calc(100vw - 32px));
    }
    ul {
      columns: 2;
      column-gap: 32px;
      margin-top: 6px;
      font-size: var(--text-s);
    }
    li {
      display: flex;
      justify-content: space-between;
      gap: 8px;
      padding: 4px 0;
      break-inside: avoid;
    }
    kbd + kbd {
      margin-left: 3px;
    }
    @media (max-width: 520px) {
      ul {
        columns: 1;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ShortcutList {
  protected readonly ref = inject(DialogRef);
  private readonly shortcuts = inject(Shortcuts);
  protected readonly groups = computed(() => {
    const all = this.shortcuts.all();
    return [...new Set(all.map(({ group }) => group))].map((name) => ({
      name,
      shortcuts: all.filter(({ group }) => group === name),
    }));
  });

  protected keys(keys: string): string[] {
    return keys
      .replace('mod+', navigator.platform.startsWith('Mac') ? '⌘ ' : 'Ctrl ')
      .split(' ')
      .map((key) => key.charAt(0).toUpperCase() + key.slice(1));
  }
}
