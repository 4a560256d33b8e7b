// The worst text for each field that takes PEM.
import { text } from './parts.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';
const KEY = '-----BEGIN PRIVATE KEY-----';

/** `privateKey` of a signing key that is brought. */
export const BROUGHT_KEY_ATTACKS: readonly string[] = [
  text(KEY),
  `${KEY}\n${text('A')}`,
  `${KEY}\n${text('A\n')}`,
  text(' '),
  `${text(' ')}${KEY}`,
  text('-----BEGIN '),
];

export const PEM_ATTACKS: Readonly<
  Record<'ca' | 'clientCertificate' | 'clientKey', readonly string[]>
> = {
  ca: [text(BEGIN), text(END), text(BEGIN + END), text(`${BEGIN}\nMA==\n${END}\n`), text('-')],
  clientCertificate: [text(BEGIN), text(BEGIN + END), text('-----BEGIN ')],
  clientKey: [
    text(KEY),
    text(`${KEY}\n`),
    `${KEY}\n${text('A')}`,
    text('-----END PRIVATE KEY-----'),
  ],
};
