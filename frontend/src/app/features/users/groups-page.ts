// Groups of people: what policies can speak of together.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { plural } from '../../core/format';
import { listQuery, query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { urlState } from '../../core/url-state';
import type { Group, User } from '../../core/wire';
import { Back } from '../../ui/back';
import { Confirm } from '../../ui/confirm';
import { CopyId } from '../../ui/copy-id';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { More } from '../../ui/more';
import { Pending, ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';

const FOUND = 8;

@Component({
  selector: 'vt-groups-page',
  imports: [Back, CopyId, Empty, Icon, More, Pending, ProblemNote, RouterLink, Value],
  templateUrl: './groups-page.html',
  styleUrl: './groups-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class GroupsPage {
  /** Id of the group that is open. */
  readonly group = input<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  protected readonly setUrl = urlState();
  protected readonly name = signal('');
  protected readonly id = linkedSignal(() => idOf(this.name()));
  protected readonly about = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly groups = query(
    () => ({}),
    async (_, signal) => (await this.api.call('GET /api/v1/groups', { signal })).items,
  );
  protected readonly open = computed(() =>
    this.groups.value()?.find(({ id }) => id === this.group()),
  );
  protected readonly members = listQuery(
    () => (this.group() ? { group: this.group() } : undefined),
    (query, cursor, signal) =>
      this.api.call('GET /api/v1/users', { query: { ...query, cursor }, signal }),
  );
  protected readonly search = signal('');
  protected readonly found = query(
    () => (this.group() && this.search().trim() ? { q: this.search().trim() } : undefined),
    async ({ q }, signal) =>
      (await this.api.call('GET /api/v1/users', { query: { q, limit: FOUND }, signal })).items,
  );
  protected readonly candidates = computed(() =>
    this.search().trim()
      ? (this.found.value() ?? []).filter(({ groups }) => !groups.includes(this.group() ?? ''))
      : [],
  );
  /** Fields of the open group, until they are saved. */
  protected readonly newName = linkedSignal(() => this.open()?.name ?? '');
  protected readonly newAbout = linkedSignal(() => this.open()?.description ?? '');
  protected readonly answer = computed(() => {
    const all = this.groups.value();
    return all ? (all.length ? plural(all.length, 'group') : 'No group yet') : 'Groups';
  });

  protected async make(): Promise<void> {
    if (!this.id() || this.busy()) return;
    this.busy.set(true);
    try {
      const body = { id: this.id(), name: this.name().trim(), description: this.about().trim() };
      const made = await this.api.call('POST /api/v1/groups', { body });
      this.name.set('');
      this.about.set('');
      this.problem.set(undefined);
      await this.groups.reload();
      this.setUrl({ group: made.id });
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }

  protected async save({ id }: Group): Promise<void> {
    try {
      const changed = await this.api.call('PATCH /api/v1/groups/:id', {
        params: { id },
        body: { name: this.newName().trim(), description: this.newAbout().trim() },
      });
      this.put(changed);
      this.toasts.say(`${changed.name} is saved.`);
    } catch (error) {
      this.toasts.fail('Nothing was changed.', error);
    }
  }

  protected async remove({ id, name, members }: Group): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Delete the group ${name}?`,
      consequence: `${plural(members, 'member')} will belong to it no longer. It is refused while a policy names the group.`,
      confirm: 'Delete',
      danger: true,
    });
    if (!consent) return;
    try {
      await this.api.call('DELETE /api/v1/groups/:id', { params: { id } });
      this.setUrl({ group: null });
      await this.groups.reload();
    } catch (error) {
      this.toasts.fail('The group stays.', error);
    }
  }

  protected async change(user: User, join: boolean): Promise<void> {
    const id = this.group();
    if (!id) return;
    const people = join ? { add: [user.id] } : { remove: [user.id] };
    try {
      this.put(
        await this.api.call('POST /api/v1/groups/:id/members', { params: { id }, body: people }),
      );
      await Promise.all([this.members.reload(), this.found.reload()]);
      if (!join) {
        this.toasts.say(`${user.name} has left the group.`, {
          label: 'Undo',
          run: () => void this.change(user, true),
        });
      }
    } catch (error) {
      this.toasts.fail('Nothing was changed.', error);
    }
  }

  private put(group: Group): void {
    this.groups.update((all) => all.map((one) => (one.id === group.id ? group : one)));
  }
}

/** The id that policies name: `Night shift` -> `night-shift`. */
const idOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
