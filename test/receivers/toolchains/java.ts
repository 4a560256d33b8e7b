// Servers are compiled in one process, on Spring Boot with what Maven packs for one of them.
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { java as language } from '../../../scripts/receivers/languages/java.ts';
import { WAY_NAMES, type Way } from '../../../scripts/receivers/ways.ts';
import { canInstall, installPackages } from '../debian.ts';
import { BUILD, run, serverOf, type Toolchain, works } from '../toolchain.ts';

const PROJECT = path.join(BUILD, 'spring-boot');
const LIBRARIES = path.join(PROJECT, 'BOOT-INF/lib');
const POM = path.join(import.meta.dirname, '../../../docs/receivers/spring-boot/pom.xml');
const classesOf = (way: Way, file: string): string => path.join(BUILD, 'java', way, file);
const hasJava = () => works('javac', '--version') && works('java', '--version');

let areCompiled = false;
/** What is compiled once need not be at each start of a server. */
function compileAll(): void {
  if (areCompiled) return;
  const files = WAY_NAMES.flatMap((way) =>
    language.frameworks.flatMap(({ file }) => [classesOf(way, file), serverOf(way, file)]),
  );
  const libraries = readdirSync(LIBRARIES).map((name) => path.join(LIBRARIES, name));
  const compiler = path.join(import.meta.dirname, 'Compile.java');
  run('java', ['-XX:TieredStopAtLevel=1', compiler, libraries.join(':'), ...files]);
  areCompiled = true;
}

export const java: Toolchain = {
  language,
  missing: () => (hasJava() || canInstall() ? undefined : 'a JDK'),
  isInstalled: () => hasJava() && existsSync(LIBRARIES),
  install() {
    const packages = [
      ...(hasJava() ? [] : ['default-jdk-headless']),
      ...(works('mvn', '--version') ? [] : ['maven']),
    ];
    if (packages.length > 0) installPackages(...packages);
    mkdirSync(PROJECT, { recursive: true });
    copyFileSync(POM, path.join(PROJECT, 'pom.xml'));
    const file = 'SpringReceiver.java';
    copyFileSync(serverOf('standard-webhooks', file), path.join(PROJECT, file));
    run('mvn', ['--quiet', '--batch-mode', 'package'], { cwd: PROJECT });
    run('jar', ['xf', 'target/receiver.jar', 'BOOT-INF/lib'], { cwd: PROJECT });
  },
  command(way, file) {
    // As its readers run it.
    if (way === 'kyc-hmac' && file === 'JdkReceiver.java') {
      return { program: 'java', args: [serverOf(way, file)] };
    }
    compileAll();
    const args = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp'];
    return {
      program: 'java',
      args: [...args, `${classesOf(way, file)}:${LIBRARIES}/*`, 'Receiver'],
    };
  },
};
