// Socket events of telemetry.
import { z } from 'zod';
import { clientEvents } from '../event';
import { ROLES } from '../identity/schemas';
import { isBehavioralData } from './quick-check';
import { BehavioralData } from './schemas';

export const telemetryClientEvents = clientEvents({
  behavioral_data: {
    about:
      'One batch of behaviour. Acknowledged once it is durable in the bus; a batch sent again after a lost acknowledgement answers `duplicate` and is not counted twice.',
    who: ROLES,
    payload: BehavioralData,
    quickCheck: isBehavioralData,
    reply: z.object({ seq: z.number().int() }),
    perSecond: 10,
    whileStepUp: true,
    fromCollector: true,
  },
});
