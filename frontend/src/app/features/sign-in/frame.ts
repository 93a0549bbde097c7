// The quiet frame around the pages that need no sign-in.
import { ChangeDetectionStrategy, Component } from '@angular/core';

@Component({
  selector: 'vt-frame',
  template: `
    <main>
      <div class="brand">
        <img src="favicon.svg" alt="" width="28" height="28" />
        <b>Verity</b>
      </div>
      <ng-content />
    </main>
    <footer class="faint small">
      Verity keeps verifying who is behind a session. It measures the timing of typing and movement,
      never which key is pressed.
    </footer>
  `,
  styles: `
    :host {
      display: grid;
      gap: 20px;
      align-content: center;
      justify-items: center;
      min-height: 100dvh;
      padding: 24px 16px;
    }
    main {
      display: grid;
      gap: 18px;
      width: min(400px, 100%);
      padding: 28px;
      border: 1px solid var(--line);
      border-radius: 14px;
      background: var(--surface);
      box-shadow: var(--shadow);
    }
    .brand {
      display: flex;
      align-items: center;
      gap: 10px;
      font-size: var(--text-l);
      letter-spacing: -0.01em;
    }
    footer {
      max-width: 46ch;
      text-align: center;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Frame {}
