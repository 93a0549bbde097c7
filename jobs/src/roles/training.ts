// What the training of behaviour models asks of the real world.
import { notices } from '@verity/domain/identity/notices';
import { Fault } from '@verity/protocol/faults';
import type { Ground } from '@verity/server/roles/ground';
import { learningOver, sayBaselineRanOut } from '@verity/server/roles/learning';
import { dropCachedModels } from '@verity/server/pipeline/models';
import type { Herald } from '@verity/server/socket/announcer';
import type { ModelTraining } from '../tools';

export function trainingOver(ground: Ground, herald: Pick<Herald, 'announce'>): ModelTraining {
  const { stores, cache, clock, journal } = ground;
  const { terms } = stores;
  const learning = learningOver(ground);
  const sayRanOut = sayBaselineRanOut({
    journal,
    tell: notices({
      ...ground,
      notifications: stores.notifications,
      announce: herald.announce,
    }),
  });
  return {
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    terms,
    dropCached: (user) => dropCachedModels(cache, user),
    clock,
    async demandPerson(user) {
      if (await stores.users.byId(user)) return;
      throw new Fault('not-found', `There is no person ${user}.`, {
        fix: 'Take an id from the list of people.',
      });
    },
    async endBaselines(user, signal) {
      let ended = 0;
      for (;;) {
        const due = user ? await dueOf(user) : await terms.due(clock());
        let endedNow = 0;
        for (const each of due) {
          signal.throwIfAborted();
          // Whoever is first tells of it.
          if (!(await learning.endTemporary(each))) continue;
          await sayRanOut(each);
          endedNow++;
        }
        ended += endedNow;
        if (endedNow === 0 || user) return ended;
      }
    },
  };

  async function dueOf(user: Parameters<typeof terms.of>[0]) {
    const each = await terms.of(user);
    return each.temporary && each.temporary.until <= clock() ? [each] : [];
  }
}
