// What specs of handlers need: a signed-in admin who calls, and ports that keep what they were told.
import type { Journal } from '@verity/domain/audit/ports';
import type { Announcer } from '@verity/domain/realtime/ports';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { DeviceId, SessionId, UserId } from '@verity/protocol/ids';
import type { Call, UserCaller } from '../http/handler';

export interface Heard {
  /** `event room` of each announcement, with its payload. */
  announced: { event: string; rooms: string[]; payload: unknown }[];
  recorded: Parameters<Journal['record']>[0][];
  announcer: Announcer;
  journal: Journal;
}

export function listening(): Heard {
  const heard: Heard = {
    announced: [],
    recorded: [],
    announcer: {
      announce: (event, rooms, payload) => void heard.announced.push({ event, rooms, payload }),
      disconnect: () => undefined,
    },
    journal: { record: async (entry) => void heard.recorded.push(entry) },
  };
  return heard;
}

export interface AdminCall {
  call: Call<UserCaller>;
  /** Set by the handler; 200 when it set none. */
  status(): number;
}

export function callByAdmin(email = 'admin@example.org'): AdminCall {
  const id = '01960000-0000-7000-8000-00000000000a';
  const rights: SessionRights = {
    id: id as SessionId,
    userId: id as UserId,
    userEmail: email,
    role: 'admin',
    groups: [],
    deviceId: id as DeviceId,
    deviceTrusted: true,
    totpEnrolled: true,
    passkeyEnrolled: false,
    address: '192.0.2.1',
    state: 'active',
    stateReason: null,
    rightsVersion: 1,
    acr: 'urn:verity:acr:otp',
    stepUpAt: null,
    startedAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
    demo: false,
  };
  let status = 200;
  return {
    call: {
      caller: { kind: 'user', rights },
      address: '192.0.2.1',
      forwarded: false,
      userAgent: 'spec',
      requestId: id,
      cookies: {},
      headers: {},
      setHeader: () => undefined,
      setCookie: () => undefined,
      clearCookie: () => undefined,
      fileName: () => undefined,
      status: (code) => void (status = code),
    },
    status: () => status,
  };
}
