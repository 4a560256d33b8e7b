import type { Language } from '../compose.ts';

const SECRETS = { needs: ['secrets'], packages: [] };
const SIGNATURE = { needs: ['secrets', 'signature'], packages: [] };
const KEYS = { needs: ['keys'], packages: [] };

export const ruby: Language = {
  name: 'Ruby',
  folder: 'ruby',
  extension: '.rb',
  isAscii: true,
  comment: '#',
  frameworks: [{ name: 'rack', title: 'Rack', file: 'rack.ru', packages: ['rack', 'puma'] }],
  ways: {
    'standard-webhooks': { ...SIGNATURE, instead: ['standardwebhooks'] },
    bynn: { ...KEYS, instead: ['jwt'] },
    'kyc-hmac': SECRETS,
    bronid: SECRETS,
    idnow: { ...SECRETS, instead: ['jwt'] },
    'http-message': KEYS,
    jwe: { ...SIGNATURE, instead: ['json-jwt', 'standardwebhooks'] },
  },
  install: (packages) => ['Ruby 3.1 or newer', `gem install ${packages.join(' ')}`],
  run: (file) => [`puma --port "\${PORT:-8080}" ${file}`],
  isImport: /^require /,
  isOfPart: /(?!)/,
  imports: (lines) => [...new Set(lines)].sort().join('\n'),
  strip: (text) => text,
  space: () => '\n\n',
};
