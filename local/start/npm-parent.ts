// npm that is killed leaves its child behind, which would hold the port and the data folder for ever.
import { factsOf } from '../process-facts.ts';

const CHECK_MS = 250;
const SHELL = /^(sh|dash|bash|ash|zsh|busybox)$/;

/** Calls back once when npm, or the shell between it and this process, is gone. */
export function whenNpmIsGone(onGone: () => void): void {
  const parent = process.ppid;
  const facts = factsOf(parent);
  // Shells that do not replace themselves by their last command live on when npm dies.
  const npm = facts !== undefined && SHELL.test(facts.command) ? facts.parent : undefined;
  const timer = setInterval(() => {
    const stays = process.ppid === parent && (npm === undefined || factsOf(parent)?.parent === npm);
    if (stays) return;
    clearInterval(timer);
    onGone();
  }, CHECK_MS);
  timer.unref();
}
