// A shop with accounts of its own that asks Verity: sessions handed over, decisions before what matters, webhooks heard.
//   VERITY_URL=http://localhost:5000 VERITY_KEY=vk_… VERITY_WEBHOOK_SECRET=whsec_… SHOP_USERS=ann:a-password node app.mjs
import { randomUUID } from 'node:crypto';
import express from 'express';

const { VERITY_URL, VERITY_KEY, VERITY_WEBHOOK_SECRET, SHOP_USERS = '' } = process.env;
const { createVerity, verifyWebhook, VerityError } = await import(
  process.env.VERITY_SDK ?? '../../../dist/sdk/index.js'
);
const verity = createVerity({ url: VERITY_URL, key: VERITY_KEY });
const users = new Map(SHOP_USERS.split(',').map((pair) => pair.split(':')));

/** Who is signed in, by the shop's own cookie. A real shop keeps this in its database. */
const signedIn = new Map();
const heard = new Set();

const shop = express();

// The signature is over the body exactly as it came: read as text, before any other parser.
shop.post(
  '/webhooks/verity',
  express.text({ type: 'application/json' }),
  async (request, response) => {
    let event;
    try {
      event = await verifyWebhook(VERITY_WEBHOOK_SECRET, request.headers, request.body);
    } catch (error) {
      return response.status(401).send(error.message);
    }
    // Delivered at least once: an event counts once.
    if (!heard.has(event.id)) {
      heard.add(event.id);
      console.log(`webhook ${event.type} ${event.data.session_id ?? ''}`);
      if (event.type === 'session.terminated') {
        for (const [id, { session }] of signedIn) {
          if (session === event.data.session_id) signedIn.delete(id);
        }
      }
    }
    response.sendStatus(204);
  },
);

shop.use(express.urlencoded({ extended: false }));

const cookie = (request, name) =>
  request.headers.cookie?.match(new RegExp(`(?:^|; *)${name}=([^;]*)`))?.[1];
/** Behind a proxy: the address that the proxy names. */
const addressOf = (request) => request.socket.remoteAddress.replace('::ffff:', '');
const mine = (request) => signedIn.get(cookie(request, 'shop'));

const page = (title, body, watched = false) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title}</title>
    ${watched ? `<script type="module" src="${VERITY_URL}/collector.js" data-token-from="/verity-token"></script>` : ''}
  </head>
  <body>
    <h1>${title}</h1>
    ${body}
  </body>
</html>`;

const form = (action, fields, button) =>
  `<form method="post" action="${action}">${fields}<button>${button}</button></form>`;
const passwordField = '<label>Password <input name="password" type="password" required /></label>';

shop.get('/', (request, response) => {
  const name = '<label>Name <input name="name" required /></label>';
  if (mine(request)) return response.redirect('/account');
  response.send(page('Sign in to the shop', form('/sign-in', name + passwordField, 'Sign in')));
});

shop.post('/sign-in', async (request, response) => {
  const { name, password } = request.body;
  if (!users.has(name) || users.get(name) !== password) return response.redirect('/');
  const device = cookie(request, 'device') ?? randomUUID();
  const { session } = await verity.open({
    user: { id: name },
    device: { id: device },
    address: addressOf(request),
    user_agent: request.get('user-agent'),
  });
  const id = randomUUID();
  signedIn.set(id, { name, session: session.id });
  const flags = 'Path=/; HttpOnly; SameSite=Lax';
  response.append('Set-Cookie', `shop=${id}; ${flags}`);
  response.append('Set-Cookie', `device=${device}; ${flags}; Max-Age=31536000`);
  response.redirect('/account');
});

/** Lets a request pass only when Verity allows it; a call that fails counts as a no. */
const protect = (sensitivity) => async (request, response, next) => {
  const who = mine(request);
  if (!who) return response.redirect('/');
  try {
    const resource = { method: request.method, path: request.path };
    const address = addressOf(request);
    const decision = await verity.decide(who.session, { resource, sensitivity, address });
    if (decision.effect === 'allow') return next();
    if (decision.effect === 'step_up') {
      return response.redirect(`/prove?to=${encodeURIComponent(request.path)}`);
    }
    if (decision.effect === 'terminate') {
      signedIn.delete(cookie(request, 'shop'));
      return response.status(401).send(page('Your session was ended', decision.reasons.join('; ')));
    }
    response.status(403).send(page('You can only read for now', decision.reasons.join('; ')));
  } catch (error) {
    console.error(error instanceof VerityError ? `${error.message} ${error.fix ?? ''}` : error);
    response.status(503).send(page('Try again in a moment', ''));
  }
};

shop.get('/account', protect('low'), (request, response) => {
  const notes = '<p><label>Message <textarea rows="4" cols="60"></textarea></label></p>';
  const links = '<nav><a href="/payments">Payments</a></nav>';
  response.send(page(`Hello ${mine(request).name}`, notes + links, true));
});

shop.get('/payments', protect('high'), (request, response) =>
  response.send(page('Payments', '<p>IBAN …</p>', true)),
);

/** Only a path of this shop: everything else would lead wherever a stranger says. */
const ownPath = (to) => (/^\/(?![/\\])[\w/-]*$/.test(to ?? '') ? to : '/account');

shop.get('/prove', (request, response) => {
  const action = `/prove?to=${encodeURIComponent(ownPath(request.query.to))}`;
  response.send(page('Prove that it is you', form(action, passwordField, 'Prove it'), true));
});

shop.post('/prove', async (request, response) => {
  const who = mine(request);
  if (!who) return response.redirect('/');
  const passed = users.get(who.name) === request.body.password;
  await verity.prove(who.session, { method: 'password', passed });
  response.redirect(passed ? ownPath(request.query.to) : `/prove?to=${ownPath(request.query.to)}`);
});

// The collector asks here for a token at every connection.
shop.get('/verity-token', async (request, response) => {
  const who = mine(request);
  if (!who) return response.sendStatus(401);
  const { token } = await verity.collector(who.session);
  response.set('Cache-Control', 'no-store').json({ token });
});

shop.post('/sign-out', async (request, response) => {
  const who = mine(request);
  signedIn.delete(cookie(request, 'shop'));
  if (who) await verity.close(who.session);
  response.redirect('/');
});

// No stack trace for a stranger.
shop.use((error, _request, response, _next) => {
  console.error(error.message);
  response.status(503).send(page('Try again in a moment', ''));
});

const port = Number(process.env.PORT ?? 8082);
shop.listen(port, () => console.log(`the shop: http://localhost:${port}`));
