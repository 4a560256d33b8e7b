import type { Language } from '../compose.ts';

/** The others are of Python itself. */
const LIBRARIES =
  /^(cryptography|fastapi|flask|http_message_signatures|jwcrypto|jwt|standardwebhooks|uvicorn|waitress)\b/;

export const python: Language = {
  name: 'Python',
  folder: 'python',
  extension: '.py',
  comment: '#',
  frameworks: [
    // No module that they import may have the server's name.
    {
      name: 'fastapi',
      title: 'FastAPI',
      file: 'fastapi_server.py',
      packages: ['fastapi', 'uvicorn'],
    },
    { name: 'flask', title: 'Flask', file: 'flask_server.py', packages: ['flask', 'waitress'] },
  ],
  ways: {
    'standard-webhooks': {
      needs: ['secrets', 'signature'],
      packages: ['cryptography', 'standardwebhooks'],
    },
    bynn: { needs: ['keys'], packages: ['pyjwt[crypto]'] },
    'kyc-hmac': { needs: ['secrets'], packages: [] },
    bronid: { needs: ['secrets'], packages: [] },
    idnow: { needs: ['secrets'], packages: ['pyjwt'] },
    'http-message': { needs: ['keys'], packages: ['http-message-signatures', 'pyjwt[crypto]'] },
    jwe: {
      needs: ['secrets', 'signature'],
      packages: ['cryptography', 'jwcrypto', 'standardwebhooks'],
    },
  },
  // Debian's and Homebrew's Python take packages in an environment only, and zsh wants quotes round brackets.
  install: (packages) => [
    'Python 3.10 or newer',
    'python3 -m venv .venv && . .venv/bin/activate',
    `pip install ${packages.map((name) => (name.includes('[') ? `'${name}'` : name)).join(' ')}`,
  ],
  run: (file) => [`python ${file}`],
  isImport: /^(import|from) /,
  isOfPart: / # part$/,
  imports(lines) {
    const moduleOf = (line: string) => line.split(' ')[1] ?? '';
    const isLibrary = (line: string) => LIBRARIES.test(moduleOf(line));
    const rank = (line: string) => `${line.startsWith('import') ? 0 : 1}${moduleOf(line)}`;
    const sorted = [...new Set(lines)].sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
    const groups = [sorted.filter((line) => !isLibrary(line)), sorted.filter(isLibrary)];
    return groups.map((group) => group.join('\n')).join('\n\n');
  },
  strip: (text) => text,
  space: (part) => (/^(def|class|@)/.test(part) ? '\n\n\n' : '\n\n'),
};
