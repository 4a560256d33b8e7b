// Waits for a replay: a bar for who looks on, and what became of it at the end.
import { lookAgain } from '../looking.ts';
import type { Replay } from '../models.ts';
import { type CommandCall, type Option, Unsuccessful } from './command.ts';

export const WAIT: Readonly<Record<string, Option>> = {
  wait: { type: 'boolean', help: 'show its progress until it has ended' },
};

const LOOK_MS = 1_000;
const BAR = 24;

/** The replay as it is; with --wait as it has become. */
export async function showReplay(call: CommandCall, started: Replay): Promise<void> {
  const { options, out, signal } = call;
  if (!options.flag('wait')) return out.one(started);
  out.note(`replay ${started.id}; Ctrl-C leaves it running`);
  const ended = await endOf(call, started.id);
  out.one(ended);
  if (ended.state !== 'done' && !signal.aborted) {
    throw new Unsuccessful(`the replay is ${ended.state}`);
  }
}

async function endOf({ posthorn, out, signal }: CommandCall, id: string): Promise<Replay> {
  const looking = {
    signal,
    onInterruption: ({ message }: Error) => out.warn(`connection lost, trying again: ${message}`),
  };
  const look = () => posthorn.replays.get(id);
  for await (const replay of lookAgain(look, looking, () => LOOK_MS)) {
    out.progress(barOf(replay));
    if (replay.state !== 'running') return replay;
  }
  throw new Unsuccessful('the replay was not found');
}

function barOf({ since, until, reachedAt, state, found, sent, skipped }: Replay): string {
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const done = reachedAt === null ? 0 : (Date.parse(reachedAt) - from) / Math.max(1, to - from);
  const share = state === 'done' ? 1 : Math.min(1, Math.max(0, done));
  const bar = '#'.repeat(Math.round(share * BAR)).padEnd(BAR, '-');
  return `[${bar}] ${Math.floor(share * 100)}% ${state}, ${found} found, ${sent} sent, ${skipped} skipped`;
}
