// `npm run lint:templates`: cfn-lint, which others wrote, over the template of each variant of the settings, and over the
// widest in regions of other kinds.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { templateOf } from '../builders/stack.ts';
import { printCounts } from '../counting-reporter.ts';
import { findPython, installTool } from '../deploy/python-tool.ts';
import { EVERY_SETTING, VARIANTS } from './variants.ts';

const CFN_LINT = { name: 'cfn-lint', version: '1.58.0', module: 'cfnlint' };
const FOLDER = join(fileURLToPath(new URL('../..', import.meta.url)), 'build', 'templates');
const REGION = 'us-east-1';
/** Of each partition, and ones that were opened lately. */
const OTHER_REGIONS = [
  'eu-central-1',
  'us-gov-west-1',
  'cn-north-1',
  'ap-southeast-5',
  'mx-central-1',
];

/** There is no SES there, so the setting `email` cannot be used. */
const WITHOUT_SES = ['cn-north-1', 'mx-central-1'];

interface Match {
  readonly Filename: string;
  readonly Level: string;
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/** What cfn-lint finds, by file: errors alone, since its warnings are about style. */
function errorsIn(program: string, files: readonly string[], region: string) {
  const checks = ['--format', 'json', '--regions', region, '--ignore-checks', 'W', 'I'];
  const { status, stdout, stderr } = spawnSync(program, [...checks, '--', ...files], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  // 2, 4 and 8 are the bits of what was found; it exits with 1 if it did not run.
  if (status === null || status % 2 === 1) throw new Error(`cfn-lint: ${stdout}${stderr}`);
  const matches: Match[] = JSON.parse(stdout || '[]');
  return matches.map(({ Filename, Rule, Message, Location }) => ({
    file: Filename,
    error: `${Rule.Id} ${Location.Path?.join('/') ?? ''}: ${Message}`,
  }));
}

function lint(python: string): { passed: number; failed: number; skipped: number } {
  const program = join(installTool(python, CFN_LINT), CFN_LINT.name);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  let passed = 0;
  const broken = new Set<string>();
  const check = (variants: Readonly<Record<string, object>>, region: string) => {
    const files = Object.entries(variants).map(([name, settings]) => {
      const file = join(FOLDER, `${name}.${region}.json`);
      writeFileSync(file, JSON.stringify(templateOf(settings).toJSON()));
      return file;
    });
    for (const { file, error } of errorsIn(program, files, region)) {
      console.log(`✗ ${basename(file)}: ${error}`);
      broken.add(file);
    }
    passed += files.filter((file) => !broken.has(file)).length;
  };
  check(VARIANTS, REGION);
  const { email: _, ...withoutMail } = EVERY_SETTING;
  for (const region of OTHER_REGIONS) {
    const settings = WITHOUT_SES.includes(region) ? withoutMail : EVERY_SETTING;
    check({ 'every setting': settings }, region);
  }
  return { passed, failed: broken.size, skipped: 0 };
}

const python = findPython();
if (python !== undefined) {
  const counts = lint(python);
  console.log(`cfn-lint ${CFN_LINT.version}: ${counts.passed} templates without errors`);
  printCounts(counts);
  process.exitCode = counts.failed === 0 ? 0 : 1;
} else {
  const needed = 'lint:templates needs Python 3.10 or newer with venv, for cfn-lint';
  const isBuild = process.env.CI === 'true';
  console.log(isBuild ? `${needed}: not found` : `skipped: ${needed}`);
  if (isBuild) printCounts({ passed: 0, failed: 1, skipped: 0 });
  process.exitCode = isBuild ? 1 : 0;
}
