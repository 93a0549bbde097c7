// Routes for groups of people: policies name them, sessions carry them.
import { Fault } from '@verity/protocol/faults';
import type { Action } from '@verity/protocol/audit/schemas';
import type { groupRoutes } from '@verity/protocol/identity/group-routes';
import type { Group } from '@verity/protocol/identity/schemas';
import type { Journal } from '@verity/domain/audit/ports';
import type { GroupRecord, Groups, UserRecord, Users } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import type { Clock } from '@verity/domain/kernel/ports';
import { actorOf, type Call, type Handlers, type UserCaller } from '../http/handler';

export interface GroupRoutePorts {
  groups: Groups;
  users: Pick<Users, 'join' | 'leave' | 'list'>;
  life: Pick<SessionLife, 'refreshRights'>;
  /** Ids of groups that the policy in force or on trial names. */
  groupsInPolicy(): Promise<ReadonlySet<string>>;
  journal: Journal;
  clock: Clock;
}

export function groupHandlers(ports: GroupRoutePorts): Handlers<keyof typeof groupRoutes> {
  const { groups, users } = ports;

  const record = (
    { caller, address }: Call<UserCaller>,
    action: Action,
    { id, name }: GroupRecord,
    details: Record<string, unknown> = {},
  ) =>
    ports.journal.record({
      actor: actorOf(caller),
      action,
      subject: `group:${id}`,
      outcome: 'success',
      address,
      details: { name, ...details },
    });

  const known = (group: GroupRecord | null): GroupRecord => {
    if (group) return group;
    throw new Fault('not-found', 'There is no such group.', {
      fix: 'GET /api/v1/groups lists them.',
    });
  };

  const present = async (group: GroupRecord): Promise<Group> => ({
    id: group.id,
    name: group.name,
    description: group.description,
    members: (await users.list({ group: group.id }, { limit: 1 })).total,
    created_at: group.createdAt.toISOString(),
  });

  /** Open sessions carry the groups of their person: the next request and the next score see the new ones. */
  const carry = async (changed: UserRecord[]): Promise<void> => {
    for (const user of changed) {
      await ports.life.refreshRights(user.id, { groups: user.groups });
    }
  };

  return {
    async 'GET /api/v1/groups'() {
      const found = await groups.list();
      return {
        items: found.map(({ createdAt, ...group }) => ({
          ...group,
          created_at: createdAt.toISOString(),
        })),
      };
    },

    async 'POST /api/v1/groups'({ body }, call) {
      const group: GroupRecord = { ...body, createdAt: ports.clock() };
      await groups.add(group);
      await record(call, 'group.created', group);
      return present(group);
    },

    async 'PATCH /api/v1/groups/:id'({ params, body }, call) {
      const before = known(await groups.byId(params.id));
      const after = known(await groups.change(params.id, body));
      await record(call, 'group.changed', after, { name_before: before.name });
      return present(after);
    },

    async 'DELETE /api/v1/groups/:id'({ params }, call) {
      const group = known(await groups.byId(params.id));
      if ((await ports.groupsInPolicy()).has(group.id)) {
        throw new Fault('conflict', `The policy names the group "${group.id}".`, {
          fix: 'Take it out of the rules first, then remove it.',
        });
      }
      const left = await users.leave(group.id, 'all');
      await groups.remove(group.id);
      await carry(left);
      await record(call, 'group.removed', group, { members: left.length });
      return { done: true };
    },

    async 'POST /api/v1/groups/:id/members'({ params, body }, call) {
      const group = known(await groups.byId(params.id));
      const joined = await users.join(group.id, body.add);
      const left = await users.leave(group.id, body.remove);
      await carry([...joined, ...left]);
      await record(call, 'group.changed', group, {
        joined: joined.map(({ id }) => `user:${id}`),
        left: left.map(({ id }) => `user:${id}`),
      });
      return present(group);
    },
  };
}
