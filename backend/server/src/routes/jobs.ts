// Handlers of the job routes: the console.
import type { RegisteredTask } from '@verity/protocol/jobs/console-schemas';
import type { jobRoutes } from '@verity/protocol/jobs/routes';
import type { FinalState } from '@verity/protocol/jobs/schemas';
import type { Desk, Operator } from '@verity/domain/jobs/desk';
import { HISTOGRAM_MS } from '@verity/domain/jobs/histogram';
import type { JobFilter } from '@verity/domain/jobs/ports';
import type { TaskCard } from '@verity/jobs/enqueue';
import { jobLines, jobTable } from './job-export';
import type { Call, Handlers, UserCaller } from '../http/handler';

export interface JobRoutePorts {
  desk: Desk;
  cards: readonly TaskCard[];
}

export function jobHandlers({ desk, cards }: JobRoutePorts): Handlers<keyof typeof jobRoutes> {
  const operator = ({ caller, address }: Call<UserCaller>): Operator => ({
    actor: `user:${caller.rights.userId}`,
    address,
  });
  return {
    'GET /api/v1/jobs': ({ query: { cursor, limit, state, ...rest } }) =>
      desk.list(state, filterOf(rest), { cursor, limit }),
    async 'GET /api/v1/jobs/export/jsonl'({ query }, call) {
      call.fileName(fileName('jsonl'));
      return jobLines(desk.everyEnded(ended(query)));
    },
    async 'GET /api/v1/jobs/export/csv'({ query }, call) {
      call.fileName(fileName('csv'));
      return jobTable(desk.everyEnded(ended(query)));
    },
    'GET /api/v1/jobs/overview': () => desk.overview(),
    'GET /api/v1/jobs/statistics': async ({ query }) => ({
      histogram_ms: HISTOGRAM_MS,
      items: await desk.statistics(query.hours),
    }),
    'GET /api/v1/jobs/course': ({ query: { hours, ...of } }) => desk.course(hours, of),
    'GET /api/v1/jobs/tasks': async () => ({ items: cards.map(registered) }),
    'GET /api/v1/jobs/schedules': async () => ({ items: await desk.schedules() }),
    'PATCH /api/v1/jobs/schedules/:task': ({ params, body }, call) =>
      desk.editSchedule(params.task, body, operator(call)),
    'POST /api/v1/jobs/schedules/:task/reset': ({ params }, call) =>
      desk.resetSchedule(params.task, operator(call)),
    'GET /api/v1/jobs/calendar': async ({ query }) => ({
      items: await desk.calendar(query.hours),
    }),
    'GET /api/v1/jobs/retry-failed': ({ query }) => desk.previewRetry(filterOf(query)),
    'GET /api/v1/jobs/:id': ({ params }) => desk.byId(params.id),
    'POST /api/v1/jobs': async ({ body }, call) => ({
      id: await desk.run(body.task, body.payload, operator(call)),
    }),
    'POST /api/v1/jobs/:id/cancel': async ({ params }, call) => ({
      outcome: await desk.cancel(params.id, operator(call)),
    }),
    'POST /api/v1/jobs/:id/retry': async ({ params }, call) => ({
      id: await desk.retry(params.id, operator(call)),
    }),
    'POST /api/v1/jobs/retry-failed': ({ body }, call) =>
      desk.retryFailed(filterOf(body), operator(call)),
    'POST /api/v1/jobs/queues/:queue/pause': ({ params }, call) =>
      desk.pause(params.queue, true, operator(call)),
    'POST /api/v1/jobs/queues/:queue/resume': ({ params }, call) =>
      desk.pause(params.queue, false, operator(call)),
  };
}

const fileName = (ending: string): string =>
  `jobs-${new Date().toISOString().slice(0, 10)}.${ending}`;

const ended = ({
  state,
  ...rest
}: Parameters<typeof filterOf>[0] & { state?: FinalState | undefined }): JobFilter => ({
  ...filterOf(rest),
  state: state && [state],
});

const filterOf = ({
  since,
  until,
  ...rest
}: Omit<JobFilter, 'since' | 'until' | 'state'> & {
  since?: string | undefined;
  until?: string | undefined;
}): JobFilter => ({
  ...rest,
  since: since === undefined ? undefined : new Date(since),
  until: until === undefined ? undefined : new Date(until),
});

const registered = ({ schedule, payload, ...card }: TaskCard): RegisteredTask => ({
  ...card,
  payload: payload,
  scheduled: schedule !== null,
});
