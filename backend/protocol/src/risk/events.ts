// Socket events of risk.
import { z } from 'zod';
import { clientEvents, serverEvents } from '../event';
import { EventId, SessionId } from '../ids';
import { ROLES } from '../identity/schemas';
import { RiskScore } from './schemas';

export const riskClientEvents = clientEvents({
  subscribe_risk_score: {
    about:
      'Receive `risk_score_update` for one session: users for their own, admins for any. Answers with the score now.',
    who: ROLES,
    payload: z.strictObject({ session_id: SessionId.optional() }),
    reply: z.object({ room: z.string(), current: RiskScore.nullable() }),
    perSecond: 5,
    whileStepUp: true,
  },
});

export const riskServerEvents = serverEvents({
  risk_score_update: {
    about:
      'The score of a session has changed or was confirmed by a new batch. At most 30 times a second; who reads slowly gets the newest of each session only.',
    payload: RiskScore.extend({ event_id: EventId }),
    rooms: ['user:{user_id}', 'session:{session_id}', 'risk:{session_id}', 'admin'],
    producer: 'the score stage, after every batch, finding and sweep',
    keptBy: ['session_id'],
  },
});
