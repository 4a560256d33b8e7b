// The ways in which deliveries are signed: what a receiver of each is told by its environment.

const KEY_OR_SECRET = {
  WEBHOOK_SECRETS:
    'the endpoint’s secret, or its `whpk_` key; during a rotation the new and the old, with a space between',
};

/** What is in `environment` must be set, the rest of `says` need not be. */
export const WAYS = {
  'standard-webhooks': {
    about: 'the contract standard-webhooks',
    environment: ['WEBHOOK_SECRETS'],
    says: KEY_OR_SECRET,
  },
  bynn: {
    about: 'the contract bynn',
    environment: ['WEBHOOK_TOKEN', 'WEBHOOK_KEYS_URL'],
    says: {},
  },
  'kyc-hmac': {
    about: 'the contract kyc-hmac',
    environment: ['WEBHOOK_SECRETS'],
    says: {
      WEBHOOK_SIGNED_CONTENT:
        'the endpoint’s option `signedContent`: timestamp.body; body if it is not set',
    },
  },
  bronid: {
    about: 'the contract bronid',
    environment: ['WEBHOOK_SECRETS'],
    says: {},
  },
  idnow: {
    about: 'the contract idnow',
    environment: ['WEBHOOK_SECRETS'],
    says: {
      WEBHOOK_HEADER: 'the endpoint’s option `headerName`; Authorization if it is not set',
      WEBHOOK_PREFIX: 'the endpoint’s option `prefix`; Bearer if it is not set',
    },
  },
  'http-message': {
    about: 'the contract standard-webhooks, signed by HTTP message signatures (RFC 9421)',
    environment: ['WEBHOOK_URL', 'WEBHOOK_KEYS_URL'],
    says: {},
  },
  jwe: {
    about: 'the contract standard-webhooks, encrypted (JWE)',
    environment: ['WEBHOOK_SECRETS', 'WEBHOOK_PRIVATE_KEY'],
    says: KEY_OR_SECRET,
  },
} as const;
export type Way = keyof typeof WAYS;
export const WAY_NAMES = Object.keys(WAYS) as Way[];

/** Lines for the head of a server. */
export const ENVIRONMENT = {
  WEBHOOK_SECRETS:
    'the endpoint’s secret; during a rotation the new and the old, with a space between',
  WEBHOOK_TOKEN: 'the endpoint’s token',
  WEBHOOK_KEYS_URL:
    'https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other',
  WEBHOOK_URL: 'the endpoint’s URL, as Posthorn has it',
  WEBHOOK_PRIVATE_KEY:
    'a file: the private half of the endpoint’s `encryption.jwk`, PKCS #8 in PEM',
  PORT: 'where it listens; 8080 if it is not set',
  INBOX: 'the folder for what was accepted; ./inbox if it is not set',
} as const;
