// What `npm start` says once everything runs: addresses, keys, and two commands to copy.

interface Welcome {
  url: string;
  receiverUrl: string;
  mailsUrl: string;
  operatorKey: string;
  tenantKey: string;
  /** Opens the console; a session is in its fragment. */
  consoleUrl: string;
  dataDir: string;
  tookMs: number;
}

export function welcomeText(welcome: Welcome): string {
  const { url, receiverUrl, mailsUrl, operatorKey, tenantKey, consoleUrl, dataDir } = welcome;
  return `
Posthorn is running

  API           ${url}
  receiver      ${receiverUrl}
  mails         ${mailsUrl}  (written, not sent)
  data folder   ${dataDir}
  operator key  ${operatorKey}
  tenant key    ${tenantKey}  (tenant demo, environment live)

Open the console; this link signs in for 8 hours:

  ${consoleUrl}

Create an endpoint at the built-in receiver:

${curl(`${url}/v1/endpoints`, tenantKey, { url: `${receiverUrl}/hook` })}

Send an event to it:

${curl(`${url}/v1/events`, tenantKey, {
  type: 'dossier.created',
  data: { dossier: 'd-1', subject: 'Zoë Example', status: 'created' },
})}

ready in ${(welcome.tookMs / 1000).toFixed(1)} s. One line for each attempt follows; press Ctrl-C to stop.`;
}

function curl(url: string, key: string, body: object): string {
  return [
    `  curl -sS ${url} \\`,
    `    -H 'Authorization: Bearer ${key}' \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '${JSON.stringify(body)}'`,
  ].join('\n');
}
