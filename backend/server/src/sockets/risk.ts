// Events of risk: following the score of a session that one may see.
import { Fault } from '@verity/protocol/faults';
import { roomOfSession, roomOfWatchers } from '@verity/domain/realtime/ports';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { EventHandlers } from '../socket/handler';
import { mayFollow, type RoomNeeds } from './rooms';

export const riskEvents = (needs: RoomNeeds & { liveRisk: LiveRisk }): Partial<EventHandlers> => ({
  async subscribe_risk_score({ session_id: asked }, call) {
    const id = asked ?? call.rights.id;
    if (id !== call.rights.id) {
      const other = await needs.sessionRights(id);
      // Whether somebody else's session exists is not told to those who may not see it.
      if (!mayFollow(call.rights, other)) {
        throw new Fault('not-allowed', 'This is no session of yours.', {
          fix: 'Follow the own sessions, or sign in as an admin.',
        });
      }
      if (!other) throw new Fault('not-found', 'There is no such session that lives.');
    }
    const room = id === call.rights.id ? roomOfSession(id) : roomOfWatchers(id);
    call.join(room);
    return { room, current: await needs.liveRisk.get(id) };
  },
});
