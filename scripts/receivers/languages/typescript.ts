import type { Language } from '../compose.ts';

export const typescript: Language = {
  name: 'TypeScript',
  folder: 'typescript',
  extension: '.mts',
  comment: '//',
  frameworks: [
    { name: 'express', title: 'Express', file: 'express.mts', packages: ['express@5'] },
    { name: 'fastify', title: 'Fastify', file: 'fastify.mts', packages: ['fastify@5'] },
    { name: 'node-http', title: 'node:http', file: 'node-http.mts', packages: [] },
  ],
  ways: {
    'standard-webhooks': { needs: ['secrets', 'signature'], packages: ['standardwebhooks'] },
    bynn: { needs: ['keys'], packages: ['jose'] },
    'kyc-hmac': { needs: ['secrets'], packages: [] },
    bronid: { needs: ['secrets'], packages: [] },
    idnow: { needs: ['secrets'], packages: ['jose'] },
    'http-message': { needs: ['keys'], packages: ['http-message-signatures'] },
    jwe: { needs: ['secrets', 'signature'], packages: ['jose', 'standardwebhooks'] },
  },
  install: (packages) => [
    'Node.js 22.18 or newer (older ones: npx tsx)',
    ...(packages.length === 0 ? [] : [`npm install ${packages.join(' ')}`]),
  ],
  run: (file) => [`node ${file}`],
  isImport: /^import /,
  isOfPart: /from '\.\//,
  imports(lines) {
    const modules = new Map<string, { whole?: string; names: Set<string> }>();
    for (const line of lines) {
      const [, type, whole, names, module = ''] =
        /^import (type )?(?:(\w+)|\{ (.*) \}) from '(.*)';$/.exec(line) ?? [];
      if (module === '') throw new Error(`not an import: ${line}`);
      const known = modules.get(module) ?? { names: new Set() };
      modules.set(module, known);
      if (whole !== undefined) known.whole = whole;
      for (const name of names?.split(', ') ?? []) known.names.add(`${type ?? ''}${name}`);
    }
    const bare = (name: string) => name.replace(/^type |^\w+ as /, '').toLowerCase();
    const rank = (module: string) => (module.startsWith('node:') ? `0${module}` : `1${module}`);
    return [...modules]
      .sort(([one], [other]) => (rank(one) < rank(other) ? -1 : 1))
      .map(([module, { whole, names }]) => {
        if (whole !== undefined) return `import ${whole} from '${module}';`;
        const sorted = [...names].sort((one, other) => (bare(one) < bare(other) ? -1 : 1));
        if (sorted.every((name) => name.startsWith('type '))) {
          const types = sorted.map((name) => name.slice('type '.length));
          return `import type { ${types.join(', ')} } from '${module}';`;
        }
        const line = `import { ${sorted.join(', ')} } from '${module}';`;
        return line.length <= 100
          ? line
          : `import {\n  ${sorted.join(',\n  ')},\n} from '${module}';`;
      })
      .join('\n');
  },
  strip: (text) => text.replaceAll(/^export /gm, ''),
  space: () => '\n\n',
};
