// One person: account, devices, sessions, and what can be done.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { Identity } from '../../core/identity';
import { listQuery, query } from '../../core/query';
import type { User } from '../../core/wire';
import { Back } from '../../ui/back';
import { BandBadge } from '../../ui/band-badge';
import { CopyId } from '../../ui/copy-id';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { ROLE, SESSION_STATE, USER_STATUS } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { LearningCard } from './learning-card';
import { UserActions } from './user-actions';

@Component({
  selector: 'vt-user-page',
  imports: [Back, BandBadge, CopyId, Empty, Icon, LearningCard, More, Pending, RouterLink, Time],
  templateUrl: './user-page.html',
  styles: `
    .links {
      display: flex;
      gap: 16px;
      padding: 10px var(--pad);
      border-top: 1px solid var(--line);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class UserPage {
  readonly id = input.required<string>();
  protected readonly identity = inject(Identity);
  protected readonly actions = inject(UserActions);
  private readonly api = inject(Api);
  protected readonly roleWords = ROLE;
  protected readonly statusLabels = USER_STATUS;
  protected readonly states = SESSION_STATE;
  protected readonly person = query(
    () => ({ id: this.id() }),
    (params, signal) => this.api.call('GET /api/v1/users/:id', { params, signal }),
  );
  protected readonly sessions = listQuery(
    () => ({ user_id: this.id(), sort: 'last_seen' as const, limit: 20 }),
    (query, cursor, signal) =>
      this.api.call('GET /api/v1/sessions', { query: { ...query, cursor }, signal }),
  );
  protected readonly answer = computed(() => {
    const user = this.person.value()?.user;
    if (!user) return 'User';
    const live = (this.sessions.value()?.items ?? []).filter(({ ended_at }) => !ended_at).length;
    return `${user.name} has ${live ? plural(live, 'live session') : 'no live session'}`;
  });

  protected async put(changing: Promise<User | undefined>): Promise<void> {
    const user = await changing;
    if (user) this.person.update((now) => ({ ...now, user }));
    await this.sessions.reload();
  }
}
