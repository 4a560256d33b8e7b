import type { Language } from '../compose.ts';

const CORE = ['main', 'settings', 'delivery', 'json'];
const SECRETS = { needs: [...CORE, 'secrets'], packages: [] };
const SIGNATURE = { needs: [...CORE, 'secrets', 'signature'], packages: [] };
const JWT = 'com.nimbusds:nimbus-jose-jwt';
const STANDARD = 'com.standardwebhooks:standardwebhooks';

export const java: Language = {
  name: 'Java',
  folder: 'java',
  extension: '.java',
  isAscii: true,
  comment: '//',
  frameworks: [
    {
      name: 'spring',
      title: 'Spring Boot',
      file: 'SpringReceiver.java',
      beside: 'spring-boot/pom.xml',
      packages: ['org.springframework.boot:spring-boot-starter-web'],
    },
    { name: 'jdk', title: 'the JDK’s HttpServer', file: 'JdkReceiver.java', packages: [] },
  ],
  ways: {
    'standard-webhooks': { ...SIGNATURE, instead: [STANDARD] },
    bynn: { needs: [...CORE, 'jwt', 'keys'], packages: [], instead: [JWT] },
    'kyc-hmac': SECRETS,
    bronid: SECRETS,
    idnow: { needs: [...CORE, 'secrets', 'jwt'], packages: [], instead: [JWT] },
    'http-message': { needs: [...CORE, 'keys'], packages: [] },
    jwe: { ...SIGNATURE, instead: [JWT, STANDARD] },
  },
  install: (packages) =>
    packages.length === 0
      ? ['Java 17 or newer; nothing else to install']
      : ['Java 17 or newer, Maven, and docs/receivers/spring-boot/pom.xml beside this file'],
  run: (file, { packages }) =>
    packages.length === 0
      ? [`java ${file}`]
      : ['mvn --quiet package && java -jar target/receiver.jar'],
  isImport: /^import /,
  isOfPart: /(?!)/,
  imports: (lines) => [...new Set(lines)].sort().join('\n'),
  strip: (text) => text,
  space: () => '\n\n',
};
