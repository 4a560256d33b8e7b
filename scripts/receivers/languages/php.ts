import type { Language } from '../compose.ts';

const SECRETS = { needs: ['secrets'], packages: [] };
const SIGNATURE = { needs: ['secrets', 'signature'], packages: [] };

export const php: Language = {
  name: 'PHP',
  folder: 'php',
  extension: '.php',
  opening: '<?php',
  isAscii: true,
  comment: '//',
  frameworks: [{ name: 'server', title: 'plain PHP', file: 'server.php', packages: [] }],
  ways: {
    'standard-webhooks': { ...SIGNATURE, instead: ['standard-webhooks/standard-webhooks'] },
    bynn: { needs: ['base64url', 'keys'], packages: [], instead: ['firebase/php-jwt'] },
    'kyc-hmac': SECRETS,
    bronid: SECRETS,
    idnow: { needs: ['secrets', 'base64url'], packages: [], instead: ['firebase/php-jwt'] },
    'http-message': { needs: ['base64url', 'keys'], packages: [] },
    jwe: {
      needs: ['secrets', 'signature', 'base64url'],
      packages: [],
      instead: ['web-token/jwt-library'],
    },
  },
  install: () => ['PHP 8.2 or newer with openssl, sodium and pcntl; nothing else to install'],
  run: (file) => [`php ${file}`],
  isImport: /(?!)/,
  isOfPart: /(?!)/,
  imports: () => '',
  strip: (text) => text.replace('<?php\n', ''),
  space: () => '\n\n',
};
