// Shows the short messages after actions; announced to screen readers.
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { type Toast, Toasts } from '../../core/toasts';
import { Icon } from '../../ui/icon';

@Component({
  selector: 'vt-toasts',
  imports: [Icon],
  template: `
    <div class="pile" role="status" aria-live="polite">
      @for (toast of toasts.all(); track toast.id) {
        <div class="toast" [class.bad]="toast.tone === 'bad'">
          <span>{{ toast.text }}</span>
          @if (toast.action; as action) {
            <button type="button" class="act" (click)="act(toast)">{{ action.label }}</button>
          }
          <button
            type="button"
            class="close"
            aria-label="Dismiss"
            (click)="toasts.dismiss(toast.id)"
          >
            <vt-icon name="close" />
          </button>
        </div>
      }
    </div>
  `,
  styles: `
    .pile {
      position: fixed;
      bottom: 20px;
      left: 50%;
      z-index: 1100;
      display: grid;
      gap: 8px;
      width: max-content;
      max-width: min(560px, calc(100vw - 24px));
      transform: translateX(-50%);
    }
    .toast {
      display: flex;
      align-items: center;
      gap: 12px;
      padding: 8px 8px 8px 16px;
      border-radius: 10px;
      background: light-dark(#1c222b, #e8ebef);
      color: light-dark(#f2f4f7, #15191f);
      box-shadow: var(--shadow-high);
      font-size: var(--text-s);
    }
    .toast.bad {
      background: light-dark(#8d0e3a, #ffc4d3);
      color: light-dark(#fff, #3a0818);
    }
    span {
      flex: 1;
    }
    button {
      display: inline-flex;
      align-items: center;
      min-height: 28px;
      padding: 0 8px;
      border: 0;
      border-radius: 6px;
      background: none;
      color: inherit;
      font-weight: 650;
      cursor: pointer;
    }
    button:hover {
      background: color-mix(in srgb, currentcolor 16%, transparent);
    }
    button:focus-visible {
      outline-color: currentcolor;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ToastList {
  protected readonly toasts = inject(Toasts);

  protected act(toast: Toast): void {
    this.toasts.dismiss(toast.id);
    toast.action?.run();
  }
}
