// Events of the connection: joining rooms that one may join, and ping.
import { ROOM_ADMIN, roomOfUser } from '@verity/domain/realtime/ports';
import { Fault } from '@verity/protocol/faults';
import type { EventHandlers } from '../socket/handler';
import { mayJoinAdmins, type RoomNeeds } from './rooms';

export const realtimeEvents = (needs: RoomNeeds): Partial<EventHandlers> => ({
  async join_user_room(_payload, call) {
    const room = roomOfUser(call.rights.userId);
    call.join(room);
    return { room };
  },

  async join_admin_room({ channel }, call) {
    // Everybody's data comes through this door: it is decided on rights read now, not some seconds ago.
    const rights = await needs.sessionRights(call.rights.id);
    if (!mayJoinAdmins(rights)) {
      throw new Fault('not-allowed', 'This session may not follow the admins’ room now.', {
        fix: 'Sign in as an admin, or step up.',
      });
    }
    const room = channel ?? ROOM_ADMIN;
    call.join(room);
    return { room };
  },

  async ping(_payload, call) {
    const now = Date.now();
    call.send('pong', { now });
    return { now };
  },
});
