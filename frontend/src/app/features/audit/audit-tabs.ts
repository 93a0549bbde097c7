// The four sides of the audit place, as a row of links.
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';

const TABS = [
  { path: '/audit', title: 'Records' },
  { path: '/audit/anchors', title: 'Anchors' },
  { path: '/audit/integrity', title: 'Integrity' },
  { path: '/audit/check', title: 'Check a receipt' },
] as const;

@Component({
  selector: 'vt-audit-tabs',
  imports: [RouterLink, RouterLinkActive],
  template: `
    <nav aria-label="Audit">
      @for (tab of tabs; track tab.path) {
        <a
          class="btn quiet"
          [routerLink]="tab.path"
          routerLinkActive="on"
          ariaCurrentWhenActive="page"
          [routerLinkActiveOptions]="exactPath"
          >{{ tab.title }}</a
        >
      }
    </nav>
  `,
  styles: `
    nav {
      display: flex;
      gap: 4px;
      padding-bottom: 4px;
      overflow-x: auto;
      scrollbar-width: thin;
    }
    .btn {
      padding: 0 10px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AuditTabs {
  protected readonly tabs = TABS;
  /** Filters in the address do not change the side one is on. */
  protected readonly exactPath = {
    paths: 'exact',
    queryParams: 'ignored',
    fragment: 'ignored',
    matrixParams: 'ignored',
  } as const;
}
