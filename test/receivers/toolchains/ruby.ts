import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ruby as language } from '../../../scripts/receivers/languages/ruby.ts';
import { canInstall, installPackages } from '../debian.ts';
import { BUILD, serverOf, type Toolchain, works } from '../toolchain.ts';

const isThere = () => works('ruby', '-e', 'require "rack"') && works('puma', '--version');

export const ruby: Toolchain = {
  language,
  missing: () => (isThere() || canInstall() ? undefined : 'ruby with rack and puma'),
  isInstalled: isThere,
  install: () => installPackages('ruby', 'ruby-rack', 'puma'),
  command: (way, file) => ({
    program: 'sh',
    args: ['-c', 'exec puma --port "$PORT" "$0"', serverOf(way, file)],
  }),
  offBy(command, seconds) {
    const clock = path.join(BUILD, 'clock.rb');
    writeFileSync(
      clock,
      `class << Time\n  alias real now\n  def now(...) = real(...) + ${seconds}\nend\n`,
    );
    return { ...command, env: { RUBYOPT: `-r${clock}` } };
  },
};
