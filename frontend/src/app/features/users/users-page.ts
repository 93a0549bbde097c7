// Users: who may do what, invitations, and what an admin can do for them.
import { Dialog } from '@angular/cdk/dialog';
import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { Identity } from '../../core/identity';
import { listQuery } from '../../core/query';
import { oneOf, urlState } from '../../core/url-state';
import type { User } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { ROLE, USER_STATUS, keysOf } from '../../ui/labels';
import { PagedList } from '../../ui/paged-list';
import { SearchBox } from '../../ui/search-box';
import { Time } from '../../ui/time';
import { type Invitation, InviteDialog } from './invite-dialog';
import { UserActions } from './user-actions';

@Component({
  selector: 'vt-users-page',
  imports: [
    CdkMenu,
    CdkMenuItem,
    CdkMenuTrigger,
    Choice,
    Empty,
    Icon,
    PagedList,
    RouterLink,
    SearchBox,
    Time,
  ],
  templateUrl: './users-page.html',
  styles: `
    .name {
      display: grid;
      line-height: 1.35;
    }
    .name a {
      color: var(--ink);
      font-weight: 550;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class UsersPage {
  readonly q = input<string>();
  readonly role = input<string>();
  readonly status = input<string>();
  protected readonly identity = inject(Identity);
  protected readonly actions = inject(UserActions);
  private readonly api = inject(Api);
  private readonly dialog = inject(Dialog);
  protected readonly setUrl = urlState();
  protected readonly roles = keysOf(ROLE);
  protected readonly roleWords = ROLE;
  protected readonly statuses = keysOf(USER_STATUS);
  protected readonly statusLabels = USER_STATUS;
  protected readonly users = listQuery(
    () => ({
      q: this.q(),
      role: oneOf(this.roles, this.role(), undefined),
      status: oneOf(this.statuses, this.status(), undefined),
    }),
    (query, cursor, signal) =>
      this.api.call('GET /api/v1/users', { query: { ...query, cursor }, signal }),
  );
  protected readonly answer = computed(() => {
    const page = this.users.value();
    return page ? plural(page.total, 'person', 'people') : 'Users';
  });

  protected async invite(): Promise<void> {
    const ref = this.dialog.open<Invitation>(InviteDialog, {
      backdropClass: 'scrim',
      ariaLabelledBy: 'invite-title',
    });
    const made = await firstValueFrom(ref.closed);
    if (!made) return;
    this.actions.handOver(`Invitation for ${made.user.name}`, made.link, made.expires_at);
    await this.users.reload();
  }

  /** Puts a changed person in place; undefined means that nothing was changed. */
  protected async put(changing: Promise<User | undefined>): Promise<void> {
    const user = await changing;
    if (!user) return;
    this.users.update((page) => ({
      ...page,
      items: page.items.map((one) => (one.id === user.id ? user : one)),
    }));
  }
}
