// What `npm start` reads from its environment.
import { arnOf } from '../aws-names.ts';
import { type DestinationRules, readDestinationRules } from '../destination-rules.ts';
import { checkOperatorKey } from '../secrets/operator-secret.ts';
import { StartFailure } from '../start-failure.ts';

interface StartSettings {
  port: number;
  host: string;
  hosts: string[];
  dataDir: string;
  operatorKey: string | undefined;
  destinationRules: DestinationRules;
  logEverything: boolean;
  logFile: string | undefined;
}

/** Mails are written, whoever they are from: nothing is sent. */
export const WRITTEN = {
  identityArn: arnOf('ses', 'identity/posthorn.example'),
  from: 'webhooks@posthorn.example',
};

const DEFAULT_PORT = 3000;
/** The first version that runs TypeScript as it is. */
const MIN_NODE = [22, 18] as const;

export function readSettings(env: NodeJS.ProcessEnv, defaultDataDir: string): StartSettings {
  return {
    port: readPort(env.PORT),
    host: env.HOST || '127.0.0.1',
    hosts: [env.HOST, ...(env.POSTHORN_HOSTS ?? '').split(',')].flatMap(nameIn),
    dataDir: env.POSTHORN_DATA_DIR || defaultDataDir,
    operatorKey: env.POSTHORN_OPERATOR_KEY
      ? checkOperatorKey(env.POSTHORN_OPERATOR_KEY)
      : undefined,
    destinationRules: readDestinationRules(env),
    logEverything: env.POSTHORN_LOG === 'json',
    logFile: env.POSTHORN_LOG_FILE || undefined,
  };
}

/** Empty ones are none. */
function nameIn(text = ''): string[] {
  const name = text.trim().toLowerCase();
  if (name === '' || /^[a-z0-9:.[\]-]+$/.test(name)) return name === '' ? [] : [name];
  throw new StartFailure(`POSTHORN_HOSTS has "${name}": it takes host names, separated by commas`);
}

function readPort(value: string | undefined): number {
  if (value === undefined || value === '') return DEFAULT_PORT;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new StartFailure(`PORT is "${value}": it must be a number from 0 (any free port) to 65535`);
}

export function checkNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor, minMinor] = MIN_NODE;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return;
  throw new StartFailure(
    `Node ${version} is too old: Posthorn needs ${MIN_NODE.join('.')} or newer, and \`npm start\` brings Node 24`,
  );
}
