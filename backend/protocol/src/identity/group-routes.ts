// HTTP routes for groups of people.
import { z } from 'zod';
import { routes } from '../route';
import { Slug, UserId } from '../ids';
import { Group } from './schemas';

const admin = { roles: ['admin'] } as const;
const oneGroup = z.strictObject({ id: Slug });
const name = z.string().trim().min(1).max(100);
const description = z.string().trim().max(500);
const people = z.array(UserId).max(500).default([]);

export const groupRoutes = routes({
  'GET /api/v1/groups': {
    summary: 'Every group of people, by name',
    subject: 'identity',
    who: admin,
    sensitivity: 'medium',
    reply: z.object({ items: z.array(Group) }),
  },
  'POST /api/v1/groups': {
    summary: 'Make a group',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject({ id: Slug, name, description: description.default('') }),
    faults: ['conflict'],
    reply: Group,
  },
  'PATCH /api/v1/groups/:id': {
    summary: 'Rename or describe a group; its id stays, so policies go on naming it',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    params: oneGroup,
    body: z.strictObject({ name: name.optional(), description: description.optional() }),
    faults: ['not-found'],
    reply: Group,
  },
  'DELETE /api/v1/groups/:id': {
    summary: 'Remove a group that no policy in force or on trial names; its members leave it',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    params: oneGroup,
    faults: ['not-found', 'conflict'],
    reply: z.object({ done: z.literal(true) }),
  },
  'POST /api/v1/groups/:id/members': {
    summary: 'Put people into a group and take others out; their sessions are judged by it at once',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    params: oneGroup,
    body: z
      .strictObject({ add: people, remove: people })
      .refine(({ add, remove }) => add.length + remove.length > 0, 'names nobody'),
    faults: ['not-found'],
    reply: Group,
  },
});
