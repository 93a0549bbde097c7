// Links that are handed over by a person: the set-up of an installation, invitations, resets. Each works once.
import { Fault } from '@verity/protocol/faults';
import type { UserId } from '@verity/protocol/ids';
import type { Clock, NewId } from '../kernel/ports';
import type {
  Invitation,
  Invitations,
  PasswordHasher,
  SecretTokens,
  UserRecord,
  Users,
} from './ports';

const HOUR_MS = 3_600_000;
const HOURS: Record<Invitation['kind'], number> = { setup: 24, invitation: 72, reset: 72 };

/** Addresses of people who exist for demonstration only. */
const DEMO_DOMAIN = '@demo.verity.local';

export interface LinkPorts {
  users: Users;
  invitations: Invitations;
  tokens: SecretTokens;
  passwords: PasswordHasher;
  clock: Clock;
  newId: NewId;
  publicUrl: string;
}

export interface HandedLink {
  link: string;
  expiresAt: Date;
}

export interface Acceptance {
  token: string;
  email?: string | undefined;
  name?: string | undefined;
  password: string;
}

export type Links = ReturnType<typeof links>;

export function newPerson(
  ports: { clock: Clock; newId: NewId },
  person: Pick<UserRecord, 'email' | 'name' | 'role' | 'status' | 'passwordHash'>,
): UserRecord {
  return {
    ...person,
    id: ports.newId<UserId>(),
    totp: null,
    totpDraft: null,
    passkeys: [],
    recoveryCodeHashes: [],
    groups: [],
    hours: new Array<number>(24).fill(0),
    demo: person.email.endsWith(DEMO_DOMAIN),
    createdAt: ports.clock(),
    lastSeenAt: null,
  };
}

export function links(ports: LinkPorts) {
  const { users, invitations, tokens } = ports;

  const make = async (about: Omit<Invitation, 'tokenHash' | 'expiresAt'>): Promise<HandedLink> => {
    const token = tokens.make();
    const expiresAt = new Date(ports.clock().getTime() + HOURS[about.kind] * HOUR_MS);
    await invitations.add({ ...about, tokenHash: tokens.hash(token), expiresAt });
    // Behind "#" it stays in the browser: no server or proxy writes it into a log.
    return { link: `${ports.publicUrl}/link#token=${token}`, expiresAt };
  };

  const look = async (token: string): Promise<Invitation> => {
    const found = await invitations.byTokenHash(tokens.hash(token));
    if (!found || found.expiresAt <= ports.clock()) throw expired();
    return found;
  };

  /** The person that an accepted link makes or changes. */
  const settle = async (
    link: Invitation,
    given: Acceptance,
    passwordHash: string,
  ): Promise<UserRecord> => {
    if (link.kind === 'setup') {
      if ((await users.count()) > 0) throw expired();
      const { email = '', name = '' } = given;
      const admin = { email, name, role: 'admin', status: 'active', passwordHash } as const;
      const person = newPerson(ports, admin);
      await users.add(person);
      return person;
    }
    const changes = link.kind === 'invitation' ? { status: 'active' as const } : {};
    const name = given.name === undefined ? {} : { name: given.name };
    return users.change(link.userId as UserId, { ...changes, ...name, passwordHash });
  };

  return {
    look,

    /** A link with which somebody becomes the first admin; null when there are people already. */
    async setUp(): Promise<HandedLink | null> {
      if ((await users.count()) > 0) return null;
      await invitations.removeKind('setup');
      return make({ kind: 'setup', userId: null, email: null, role: 'admin' });
    },

    /** A person who is invited, with the link to hand over. Throws `conflict` when the address is taken. */
    async invite(
      person: Pick<UserRecord, 'email' | 'name' | 'role'>,
    ): Promise<HandedLink & { user: UserRecord }> {
      const user = newPerson(ports, { ...person, status: 'invited', passwordHash: null });
      await users.add(user);
      const { id: userId, email, role } = user;
      return { user, ...(await make({ kind: 'invitation', userId, email, role })) };
    },

    /** Takes password, authenticator, passkeys and recovery codes away, and makes the link for a new password. */
    async reset(user: UserRecord): Promise<HandedLink & { user: UserRecord }> {
      const { id: userId, email, role } = user;
      await invitations.removeOfUser(userId);
      const changed = await users.change(userId, {
        passwordHash: null,
        totp: null,
        totpDraft: null,
        passkeys: [],
        recoveryCodeHashes: [],
      });
      const kind = user.status === 'invited' ? 'invitation' : 'reset';
      return { user: changed, ...(await make({ kind, userId, email, role })) };
    },

    /** Sets the password that a link asks for. Throws `link-expired` for all but the first who does. */
    async accept(given: Acceptance): Promise<{ user: UserRecord; kind: Invitation['kind'] }> {
      const link = await look(given.token);
      if (link.kind === 'setup' && (!given.email || !given.name)) {
        throw new Fault('invalid-input', 'The first admin needs an e-mail address and a name.', {
          issues: [{ path: given.email ? '/name' : '/email', message: 'is needed here' }],
        });
      }
      if (link.userId) {
        const user = await users.byId(link.userId);
        const open = link.kind === 'invitation' ? 'invited' : 'active';
        if (user?.status !== open) throw expired();
      }
      const passwordHash = await ports.passwords.hash(given.password);
      if (!(await invitations.take(link.tokenHash))) throw expired();
      return { user: await settle(link, given, passwordHash), kind: link.kind };
    },
  };
}

const expired = (): Fault =>
  new Fault('link-expired', 'This link was used, has expired, or never was.', {
    fix: 'Ask an admin for a new one.',
  });
