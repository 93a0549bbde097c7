// Who may be in which room: asked when a socket joins one, and again when it comes back and asks for it.
import type { SessionRights } from '@verity/domain/identity/ports';
import { ROOM_ADMIN, roomOfUser, roomOfWatchers } from '@verity/domain/realtime/ports';
import type { SessionId } from '@verity/protocol/ids';
import { CHANNELS } from '@verity/protocol/realtime/events';

export interface RoomNeeds {
  /** Null when the session does not live. */
  sessionRights(id: SessionId): Promise<SessionRights | null>;
}

const FOR_ADMINS: ReadonlySet<string> = new Set([ROOM_ADMIN, ...CHANNELS]);

/** Everybody's data: for admins who need not prove themselves first. */
export const mayJoinAdmins = (rights: SessionRights | null): boolean =>
  rights?.role === 'admin' && rights.state === 'active';

/** Whose score somebody may follow: users that of their own sessions, admins any. */
export const mayFollow = (rights: SessionRights, other: SessionRights | null): boolean =>
  mayJoinAdmins(rights) || other?.userId === rights.userId;

/** `rights` must have been read just now. */
export async function mayJoin(
  needs: RoomNeeds,
  room: string,
  rights: SessionRights,
): Promise<boolean> {
  if (room === roomOfUser(rights.userId)) return true;
  if (FOR_ADMINS.has(room)) return mayJoinAdmins(rights);
  const watched = room.startsWith(roomOfWatchers('')) ? room.slice(roomOfWatchers('').length) : '';
  if (!watched) return false;
  const other = await needs.sessionRights(watched as SessionId);
  return other !== null && mayFollow(rights, other);
}
