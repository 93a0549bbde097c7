// verity-witness: a second party that watches a log, cosigns what is consistent with all it saw before, and raises an
// alarm when the log contradicts itself.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isKeyName, parseVerifierKey, writeVerifierKey } from '@verity/domain/audit/signed-note';
import { addressOf } from './fetch-bytes';
import { logAt } from './log-source';
import { messageOf, runProgram } from './run-program';
import { tools } from './tools';
import { look, type Round, type Watched } from './witness-round';
import { WitnessState, type WitnessKey } from './witness-state';

const USAGE = `Usage: verity-witness --log URL|FOLDER --key KEY --state FOLDER --name NAME [options]

Watches a log: checks each checkpoint against all that was seen before, and cosigns it (C2SP tlog-cosignature).
  --key KEY            verifier key of the log
  --name NAME          of this witness, such as witness.example/verity
  --state FOLDER       where it keeps its key and what it has seen; never share or roll it back
  --interval S         seconds between two looks (60)
  --once               one look
  --listen PORT        serves /checkpoint (cosigned), /key and /health
  --host ADDRESS       to listen on (127.0.0.1)
  --compare URL        another witness of this log (repeat): what it saw has to agree
  --alarm-webhook URL  is sent the alarm as JSON
Exit code: 0 cosigned, 2 usage, 3 could not look, 4 alarm: both checkpoints are in alarm.json of the state.`;

const EXIT = { good: 0, usage: 2, trouble: 3, alarm: 4 } as const;

interface Arguments extends Watched {
  readonly name: string;
  readonly state: WitnessState;
  readonly interval: number;
  readonly once: boolean;
  readonly listen: { readonly port: number; readonly host: string } | null;
  readonly webhook: URL | null;
}

function readArguments(args: readonly string[]): Arguments | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      log: text,
      key: text,
      state: text,
      name: text,
      interval: text,
      listen: text,
      host: text,
      'alarm-webhook': text,
      compare: { type: 'string', multiple: true },
      once: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return null;
  const {
    log,
    key: keyText,
    state,
    name = '',
    interval = '60',
    listen,
    host = '127.0.0.1',
  } = values;
  if (!log || !keyText || !state) throw new Error('--log, --key, --state and --name are needed.');
  const key = parseVerifierKey(keyText, tools.sha256);
  if (key?.kind !== 'ed25519')
    throw new Error('--key should be the verifier key of the log: name+id+key.');
  if (!isKeyName(name)) throw new Error('--name should be a name without spaces and plus signs.');
  const seconds = Number(interval);
  if (!(seconds >= 1 && seconds <= 86_400))
    throw new Error('--interval should be 1 to 86400 seconds.');
  const port = Number(listen);
  if (listen !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new Error('--listen should be a port.');
  }
  const webhook = values['alarm-webhook'];
  return {
    files: logAt(log),
    key,
    others: values.compare ?? [],
    name,
    state: new WitnessState(state),
    interval: seconds,
    once: values.once ?? false,
    listen: listen === undefined ? null : { port, host },
    webhook: webhook === undefined ? null : addressOf(webhook, '--alarm-webhook'),
  };
}

async function main(given: Arguments): Promise<number> {
  const witness = await given.state.key(given.name);
  console.log(`witness ${writeVerifierKey(witness.key, tools.sha256)}`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const server = given.listen ? await serve(given, witness) : null;
  try {
    return await watch(given, witness, stop.signal);
  } finally {
    server?.close();
    server?.closeAllConnections();
  }
}

async function watch(given: Arguments, witness: WitnessKey, stop: AbortSignal): Promise<number> {
  for (;;) {
    const round = await look(given, witness, given.state, () => new Date()).catch(
      (error: unknown): Round => ({ trouble: messageOf(error) }),
    );
    if ('alarm' in round) {
      const { kind, why } = round.alarm;
      console.error(`ALARM ${kind}: ${why}`);
      if (given.webhook) await tell(given.webhook, round.alarm);
      // It goes on being served until somebody ends it: nothing is cosigned any more.
      if (given.listen && !given.once && !stop.aborted) await once(stop, 'abort');
      return EXIT.alarm;
    }
    if ('cosigned' in round) console.log(`cosigned ${round.cosigned.size} entries`);
    else console.error(`not cosigned: ${round.trouble}`);
    if (given.once) return 'cosigned' in round ? EXIT.good : EXIT.trouble;
    const waited = pause(given.interval * 1000, true, { signal: stop });
    if (!(await waited.catch(() => false))) return EXIT.good;
  }
}

async function tell(webhook: URL, alarm: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(10_000);
  try {
    await fetch(webhook, { method: 'POST', headers, body: JSON.stringify(alarm), signal });
  } catch (error) {
    console.error(`the alarm did not reach ${webhook.host}: ${messageOf(error)}`);
  }
}

async function serve({ listen, state }: Arguments, witness: WitnessKey): Promise<Server> {
  const key = `${writeVerifierKey(witness.key, tools.sha256)}\n`;
  const answer = async (path: string | undefined): Promise<[number, string, string]> => {
    const alarm = await state.alarm();
    if (path === '/health') {
      return [alarm ? 503 : 200, 'application/json', JSON.stringify({ alarm })];
    }
    if (path === '/key') return [200, 'text/plain; charset=utf-8', key];
    const note = path === '/checkpoint' ? await state.last() : null;
    return note === null
      ? [404, 'text/plain; charset=utf-8', 'There is no such thing here.\n']
      : [200, 'text/plain; charset=utf-8', note];
  };
  const server = createServer((req, res) => {
    void answer(req.method === 'GET' ? req.url : undefined).then(
      ([status, type, body]) => {
        const headers = {
          'content-type': type,
          'cache-control': 'no-cache',
          'access-control-allow-origin': '*',
        };
        res.writeHead(status, headers).end(body);
      },
      (error: unknown) => res.writeHead(500).end(`${messageOf(error)}\n`),
    );
  });
  server.listen(listen?.port, listen?.host);
  await once(server, 'listening');
  const address = server.address();
  if (address && typeof address === 'object')
    console.log(`listening on ${address.address}:${address.port}`);
  return server;
}

process.exitCode = await runProgram(USAGE, EXIT.usage, readArguments, main);
