// Which `Host` a request to this machine may have. A web page can let its own name lead to 127.0.0.1 and
// then reads what is served there: but its requests carry that name.
import { isIP } from 'node:net';

/** Whether it is an address, `localhost`, or one of the given names, whatever the port. */
export function isOwnHost(host: string | undefined, names: readonly string[] = []): boolean {
  const name =
    host
      ?.replace(/:\d+$/, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase() ?? '';
  return isIP(name) !== 0 || /^(.+\.)?localhost$/.test(name) || names.includes(name);
}

export const OTHER_HOST =
  'This Host is not known here: POSTHORN_HOSTS names those that are served beside localhost.';
