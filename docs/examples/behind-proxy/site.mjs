// A site that knows nothing of signing in: its proxy asks Verity before each request and says who it is in headers.
// Listen on the loopback alone: whoever reaches this port without the proxy could claim to be anybody.
import express from 'express';

const site = express();

const page = (request, text) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Intranet</title>
    <script type="module" src="${process.env.VERITY_URL}/collector.js" data-token-from="/.verity/token"></script>
  </head>
  <body>
    <h1>${text}</h1>
    <p>
      You are <b id="who">${request.get('x-verity-email')}</b>,
      risk <span id="risk">${request.get('x-verity-risk')}</span>.
    </p>
    <nav><a href="/">Home</a> <a href="/reports">Reports</a> <a href="/salaries">Salaries</a></nav>
    <p><label>Notes <textarea rows="4" cols="60"></textarea></label></p>
    <form method="post" action="/.verity/sign-out"><button>Leave</button></form>
  </body>
</html>`;

site.get('/', (request, response) => response.send(page(request, 'Intranet')));
site.get('/reports', (request, response) => response.send(page(request, 'Reports')));
site.get('/salaries', (request, response) => response.send(page(request, 'Salaries')));

const port = Number(process.env.PORT ?? 8081);
site.listen(port, '127.0.0.1', () => console.log(`the site behind the proxy: 127.0.0.1:${port}`));
