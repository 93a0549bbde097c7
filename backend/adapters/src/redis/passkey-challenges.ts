// Questions to passkeys that wait for their answer, `passkey:challenge:{challenge}`: taken out by whoever answers first.
import { z } from 'zod';
import type { PasskeyChallenges } from '@verity/domain/identity/passkey-ports';
import { SessionId } from '@verity/protocol/ids';
import { answer, type RedisConnections } from './connect';

const Asked = z.discriminatedUnion('for', [
  z.object({ for: z.enum(['enrolment', 'step_up']), session: SessionId }),
  z.object({ for: z.literal('sign_in'), session: z.null() }),
]);

/** What we made is 32 bytes in base64url; nothing else becomes part of a key. */
const OURS = /^[A-Za-z0-9_-]{43}$/;

const keyOf = (challenge: string): string => `passkey:challenge:${challenge}`;

export const createPasskeyChallenges = ({
  commands,
}: Pick<RedisConnections, 'commands'>): PasskeyChallenges => ({
  async put(challenge, asked, seconds) {
    await answer(commands.set(keyOf(challenge), JSON.stringify(asked), 'EX', seconds));
  },
  async take(challenge) {
    if (!OURS.test(challenge)) return null;
    const asked = await answer(commands.getdel(keyOf(challenge)));
    return asked === null ? null : Asked.parse(JSON.parse(asked));
  },
});
