// The command palette: go anywhere, do what is possible anywhere, find people, sessions and alerts.
import { DialogRef } from '@angular/cdk/dialog';
import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  computed,
  effect,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { Api } from '../../core/api';
import { isAbort } from '../../core/api-error';
import { riskText } from '../../core/format';
import { Identity } from '../../core/identity';
import { Preferences } from '../../core/preferences';
import { Icon, type IconName } from '../../ui/icon';
import { Value } from '../../ui/value';
import { placesOf } from './places';
import { rank } from './rank';

interface Command {
  title: string;
  about: string;
  icon: IconName;
  run: () => unknown;
}

const FOUND_PER_KIND = 5;
const PAUSE_MS = 180;

@Component({
  selector: 'vt-command-palette',
  imports: [Icon, Value],
  templateUrl: './command-palette.html',
  styleUrl: './command-palette.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CommandPalette {
  protected readonly text = signal('');
  protected readonly active = signal(0);
  private readonly found = signal<readonly Command[]>([]);
  private readonly ref = inject(DialogRef);
  private readonly router = inject(Router);
  private readonly api = inject(Api);
  private readonly identity = inject(Identity);
  private readonly preferences = inject(Preferences);
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');

  private readonly fixed: readonly Command[] = [
    ...placesOf(this.identity.user()?.role ?? 'user').map(({ title, about, icon, path }) => ({
      title,
      about,
      icon,
      run: () => this.router.navigateByUrl(path),
    })),
    {
      title: 'Light or dark',
      about: 'switch the theme',
      icon: 'sun',
      run: () => this.preferences.toggleTheme(),
    },
    {
      title: 'Comfortable or compact',
      about: 'switch the density',
      icon: 'rows',
      run: () => this.preferences.toggleDensity(),
    },
    {
      title: 'API description',
      about: 'every route, with its shapes',
      icon: 'code',
      run: () => location.assign('/docs'),
    },
    {
      title: 'Sign out',
      about: 'end this session',
      icon: 'out',
      run: () => this.identity.signOut(),
    },
  ];

  protected readonly commands = computed(() => [...rank(this.fixed, this.text()), ...this.found()]);

  constructor() {
    effect((onCleanup) => {
      const q = this.text().trim();
      this.active.set(0);
      if (q.length < 2 || this.identity.user()?.role !== 'admin') return this.found.set([]);
      const abort = new AbortController();
      const timer = setTimeout(() => void this.find(q, abort.signal), PAUSE_MS);
      onCleanup(() => {
        clearTimeout(timer);
        abort.abort();
      });
    });
  }

  protected key(event: KeyboardEvent): void {
    const count = this.commands().length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && count > 0) {
      event.preventDefault();
      this.active.update((now) => (now + step + count) % count);
      this.list().nativeElement.children[this.active()]?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const command = this.commands()[this.active()];
      if (command) this.run(command);
    }
  }

  protected run(command: Command): void {
    this.ref.close();
    command.run();
  }

  private async find(q: string, signal: AbortSignal): Promise<void> {
    const query = { q, limit: FOUND_PER_KIND };
    try {
      const [users, sessions, alerts] = await Promise.all([
        this.api.call('GET /api/v1/users', { query, signal }),
        this.api.call('GET /api/v1/sessions', { query: { ...query, state: 'live' }, signal }),
        this.api.call('GET /api/alerts', { query, signal }),
      ]);
      this.found.set([
        ...users.items.map((user): Command => ({
          title: user.name,
          about: user.email,
          icon: 'account',
          run: () => this.router.navigate(['/users', user.id]),
        })),
        ...sessions.items.map((session): Command => ({
          title: `Session of ${session.user_name}`,
          about: `${riskText(session.risk_score)}, ${session.address}`,
          icon: 'sessions',
          run: () => this.router.navigate(['/sessions', session.id]),
        })),
        ...alerts.items.map((alert): Command => ({
          title: alert.title,
          about: alert.user_email ?? alert.status,
          icon: 'alert',
          run: () => this.router.navigate(['/alerts', alert.id]),
        })),
      ]);
    } catch (error) {
      // Finding is a comfort: places and actions stay usable without it.
      if (!isAbort(error)) this.found.set([]);
    }
  }
}
