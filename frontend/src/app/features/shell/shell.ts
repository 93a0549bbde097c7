// The shell around every page of a signed-in person: navigation, what is live, and how the session itself stands.
import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { Dialog } from '@angular/cdk/dialog';
import { createGlobalPositionStrategy } from '@angular/cdk/overlay';
import { MatTooltip } from '@angular/material/tooltip';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  Injector,
  effect,
  inject,
  untracked,
} from '@angular/core';
import { Router, RouterLink, RouterOutlet } from '@angular/router';
import { Identity } from '../../core/identity';
import { Preferences } from '../../core/preferences';
import { Shortcuts } from '../../core/shortcuts';
import { type ConnectionState, Realtime } from '../../core/socket';
import { Telemetry } from '../../core/telemetry';
import { Toasts } from '../../core/toasts';
import { Icon } from '../../ui/icon';
import { ROLE } from '../../ui/labels';
import { ConnectionBar } from './connection-bar';
import { DemoChip } from './demo-chip';
import { Nav } from './nav';
import { NotificationBell } from './notification-bell';
import { PageFocus } from './page-focus';
import { placesOf } from './places';
import { SessionGate } from './session-gate';
import { ToastList } from './toast-list';

const LIVENESS = {
  off: 'Connecting',
  connecting: 'Connecting',
  online: 'Live',
  silent: 'Not live',
  reconnecting: 'Connecting',
} as const satisfies Record<ConnectionState, string>;

@Component({
  selector: 'vt-shell',
  imports: [
    CdkMenu,
    CdkMenuItem,
    CdkMenuTrigger,
    ConnectionBar,
    DemoChip,
    Icon,
    MatTooltip,
    Nav,
    NotificationBell,
    PageFocus,
    RouterLink,
    RouterOutlet,
    SessionGate,
    ToastList,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Shell {
  protected readonly identity = inject(Identity);
  protected readonly preferences = inject(Preferences);
  protected readonly realtime = inject(Realtime);
  protected readonly liveness = LIVENESS;
  protected readonly roles = ROLE;
  private readonly injector = inject(Injector);
  private readonly router = inject(Router);
  private readonly dialog = inject(Dialog);
  private readonly toasts = inject(Toasts);

  constructor() {
    inject(Telemetry);
    const until = inject(DestroyRef);
    this.realtime.join('join_user_room', {}, undefined, until);
    if (this.identity.user()?.role === 'admin') {
      this.realtime.join('join_admin_room', { channel: 'alerts' }, undefined, until);
      this.realtime.join('join_admin_room', { channel: 'system' }, undefined, until);
      this.realtime.on(
        'admin_notification',
        ({ title, link }) => this.announce(title, link),
        until,
      );
    }
    effect(() => {
      if (!this.identity.signedIn()) untracked(() => this.leave());
    });
    this.registerShortcuts(until);
  }

  protected async openPalette(): Promise<void> {
    const { CommandPalette } = await import('./command-palette');
    this.dialog.open(CommandPalette, {
      ariaLabel: 'Command palette',
      backdropClass: 'scrim',
      positionStrategy: createGlobalPositionStrategy(this.injector)
        .centerHorizontally()
        .top('12vh'),
    });
  }

  protected async openShortcuts(): Promise<void> {
    const { ShortcutList } = await import('./shortcut-list');
    this.dialog.open(ShortcutList, { ariaLabel: 'Keyboard shortcuts', backdropClass: 'scrim' });
  }

  protected async openDrawer(): Promise<void> {
    const { NavDrawer } = await import('./nav-drawer');
    this.dialog.open(NavDrawer, {
      ariaLabel: 'Navigation',
      backdropClass: 'scrim',
      positionStrategy: createGlobalPositionStrategy(this.injector).left('0').top('0'),
    });
  }

  protected async signOut(): Promise<void> {
    try {
      await this.identity.signOut();
    } catch (error) {
      this.toasts.fail('You are signed out here, but the server was not told.', error);
    }
  }

  private announce(title: string, link: string | null): void {
    this.toasts.say(
      title,
      link ? { label: 'Open', run: () => void this.router.navigateByUrl(link) } : undefined,
    );
  }

  private leave(): void {
    this.dialog.closeAll();
    const next = this.router.url;
    const byOneself = this.identity.ending()?.byOneself;
    void this.router.navigate(['/sign-in'], byOneself ? {} : { queryParams: { next } });
  }

  private registerShortcuts(until: DestroyRef): void {
    const shortcuts = inject(Shortcuts);
    const group = 'Everywhere';
    shortcuts.register(
      [
        { keys: 'mod+k', about: 'Command palette', group, run: () => void this.openPalette() },
        { keys: '?', about: 'This list', group, run: () => void this.openShortcuts() },
        { keys: 't', about: 'Light or dark', group, run: () => this.preferences.toggleTheme() },
        {
          keys: 'd',
          about: 'Comfortable or compact',
          group,
          run: () => this.preferences.toggleDensity(),
        },
        ...placesOf(this.identity.user()?.role ?? 'user').map(({ key, title, path }) => ({
          keys: `g ${key}`,
          about: `Go to ${title}`,
          group: 'Go to',
          run: () => void this.router.navigateByUrl(path),
        })),
      ],
      until,
    );
  }
}
