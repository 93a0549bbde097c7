// Code for an application with its real values filled in: to be copied as it stands.

export interface Snippets {
  sdk: string;
  webhook: string;
  nginx: string;
}

/** `platform` is the address of Verity; `origin` that of the application's pages, when it has one. */
export function snippetsFor(platform: string, origin: string | undefined): Snippets {
  const site = origin ?? 'https://shop.example';
  return {
    sdk: `import { createVerity } from './dist/sdk/index.js';

const verity = createVerity({ url: '${platform}', key: process.env.VERITY_KEY });

// the user has just signed in to you
const { session } = await verity.open({
  user: { id: 'your id of the user' },
  address: request.ip,
  user_agent: request.get('user-agent'),
});

// before what matters; a call that fails is a no
const { effect } = await verity.decide(session.id, {
  resource: { method: 'POST', path: '/payments' },
});

// what /verity-token of ${site} answers, for the collector
const { token } = await verity.collector(session.id);`,
    webhook: `import { verifyWebhook } from './dist/sdk/index.js';

// the body as text, before any other parser
app.post('/webhooks/verity', express.text({ type: 'application/json' }), async (req, res) => {
  const event = await verifyWebhook(process.env.VERITY_WEBHOOK_SECRET, req.headers, req.body);
  if (event.type === 'session.terminated') signOut(event.data.session_id);
  res.sendStatus(204);
});`,
    nginx: `# in the server block of ${site}; docs/examples/behind-proxy/nginx.conf is the whole
location = /.verity/authorize {
  internal;
  proxy_pass ${platform}/api/v1/authorize;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Uri $request_uri;
  proxy_set_header X-Forwarded-Method $request_method;
}`,
  };
}
