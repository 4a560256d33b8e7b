import type { Language } from '../compose.ts';

export const go: Language = {
  name: 'Go',
  folder: 'go',
  extension: '.go',
  comment: '//',
  frameworks: [{ name: 'net-http', title: 'net/http', file: 'net_http.go', packages: [] }],
  ways: {
    'standard-webhooks': {
      needs: ['secrets', 'signature'],
      packages: ['github.com/standard-webhooks/standard-webhooks/libraries'],
    },
    bynn: { needs: ['keys'], packages: ['github.com/go-jose/go-jose/v4'] },
    'kyc-hmac': { needs: ['secrets'], packages: [] },
    bronid: { needs: ['secrets'], packages: [] },
    idnow: { needs: ['secrets'], packages: ['github.com/golang-jwt/jwt/v5'] },
    'http-message': { needs: ['keys'], packages: ['github.com/go-jose/go-jose/v4'] },
    jwe: {
      needs: ['secrets', 'signature'],
      packages: [
        'github.com/go-jose/go-jose/v4',
        'github.com/standard-webhooks/standard-webhooks/libraries',
      ],
    },
  },
  install: (packages) => [
    'Go 1.24 or newer',
    ...(packages.length === 0 ? [] : [`go mod init receiver && go get ${packages.join(' ')}`]),
  ],
  run: (file) => [`go run ${file}`],
  isImport: /^import /,
  isOfPart: /^$/,
  imports(lines) {
    const specs = [...new Set(lines)].map((line) => `\t${line.slice('import '.length)}`);
    const pathOf = (spec: string) => /"(.*)"/.exec(spec)?.[1] ?? '';
    const sorted = specs.sort((one, other) => (pathOf(one) < pathOf(other) ? -1 : 1));
    const isLibrary = (spec: string) => pathOf(spec).includes('.');
    const groups = [sorted.filter((spec) => !isLibrary(spec)), sorted.filter(isLibrary)];
    const block = groups
      .filter(({ length }) => length > 0)
      .map((group) => group.join('\n'))
      .join('\n\n');
    return `package main\n\nimport (\n${block}\n)`;
  },
  strip: (text) => text.replace(/^package main$/m, ''),
  space: () => '\n\n',
};
