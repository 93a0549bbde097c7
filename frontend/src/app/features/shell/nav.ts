// Navigation: what the role can use, grouped; how much waits stands beside it.
import { ChangeDetectionStrategy, Component, computed, inject, output } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Identity } from '../../core/identity';
import { Waiting } from '../../core/waiting';
import { Icon } from '../../ui/icon';
import { GROUPS, placesOf } from './places';

@Component({
  selector: 'vt-nav',
  imports: [Icon, RouterLink, RouterLinkActive],
  template: `
    <nav aria-label="Main">
      @for (group of groups(); track group.name) {
        <h2>{{ group.name }}</h2>
        <ul>
          @for (place of group.places; track place.path) {
            <li>
              <a
                [routerLink]="place.path"
                routerLinkActive="here"
                ariaCurrentWhenActive="page"
                (click)="chosen.emit()"
              >
                <vt-icon [name]="place.icon" /><span class="grow">{{ place.title }}</span>
                @if (counts()[place.path]; as count) {
                  <span class="count"
                    >{{ count
                    }}<span class="sr-only"> {{ count === 1 ? 'waits' : 'wait' }}</span></span
                  >
                }
              </a>
            </li>
          }
        </ul>
      }
    </nav>
  `,
  styles: `
    nav {
      display: grid;
      gap: 2px;
      padding: 4px 10px;
    }
    h2 {
      padding: 14px 10px 4px;
      color: var(--ink-faint);
      font-size: var(--text-xs);
      font-weight: 550;
    }
    a {
      display: flex;
      align-items: center;
      gap: 10px;
      min-height: 34px;
      padding: 0 10px;
      border-radius: var(--radius-s);
      color: var(--ink-soft);
      font-size: var(--text-m);
      font-weight: 500;
      text-decoration: none;
    }
    a:hover {
      background: var(--hover);
      color: var(--ink);
    }
    a.here {
      background: var(--selected);
      color: var(--ink);
      font-weight: 600;
    }
    a.here vt-icon {
      color: var(--accent);
    }
    .count {
      padding: 0 7px;
      border-radius: 99px;
      background: var(--sunken);
      color: var(--ink-soft);
      font-size: var(--text-xs);
      font-weight: 600;
      line-height: 20px;
    }
    li + li {
      margin-top: 1px;
    }
    @media (pointer: coarse) {
      a {
        min-height: 42px;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Nav {
  readonly chosen = output();
  private readonly identity = inject(Identity);
  private readonly waiting = inject(Waiting);
  protected readonly counts = computed<Readonly<Record<string, number>>>(() => ({
    '/alerts': this.waiting.alerts(),
    '/appeals': this.waiting.appeals(),
  }));
  protected readonly groups = computed(() => {
    const places = placesOf(this.identity.user()?.role ?? 'user');
    return GROUPS.map((name) => ({
      name,
      places: places.filter(({ group }) => group === name),
    })).filter(({ places: some }) => some.length > 0);
  });
}
