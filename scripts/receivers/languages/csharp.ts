import type { Language } from '../compose.ts';

const SECRETS = { needs: ['delivery', 'secrets'], packages: [] };
const SIGNATURE = {
  needs: ['delivery', 'secrets', 'signature'],
  packages: ['NSec.Cryptography'],
};
const JWT = 'Microsoft.IdentityModel.JsonWebTokens';

export const csharp: Language = {
  name: 'C#',
  folder: 'csharp',
  extension: '.cs',
  isAscii: true,
  comment: '//',
  frameworks: [{ name: 'aspnet', title: 'ASP.NET Core', file: 'AspNet.cs', packages: [] }],
  ways: {
    'standard-webhooks': { ...SIGNATURE, instead: ['StandardWebhooks'] },
    bynn: { needs: ['delivery', 'jwt', 'keys'], packages: [], instead: [JWT] },
    'kyc-hmac': SECRETS,
    bronid: SECRETS,
    idnow: { needs: ['delivery', 'secrets', 'jwt'], packages: [], instead: [JWT] },
    'http-message': { needs: ['delivery', 'keys'], packages: ['NSec.Cryptography'] },
    jwe: { ...SIGNATURE, instead: ['jose-jwt', 'StandardWebhooks'] },
  },
  install: (packages) => [
    '.NET 8 or newer, its SDK',
    'dotnet new web --output receiver',
    ...packages.map((one) => `dotnet add receiver package ${one}`),
  ],
  run: (file) => [`cp ${file} receiver/Program.cs && dotnet run --project receiver`],
  isImport: /^using [\w.]+;$/,
  isOfPart: /(?!)/,
  imports: (lines) =>
    [...new Set(lines.map((line) => line.replace(';', '')))]
      .sort()
      .map((line) => `${line};`)
      .join('\n'),
  strip: (text) => text,
  space: () => '\n\n',
};
