// What /proc says about other processes; empty where there is none, as outside Linux.
import { readFileSync } from 'node:fs';

interface ProcessFacts {
  command: string;
  parent: number;
  /** In clock ticks since boot: with it a process id that came back is told from the first one. */
  startedAt: string;
}

export function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command is in brackets, and may itself contain brackets and spaces.
    const end = stat.lastIndexOf(')');
    const fields = stat.slice(end + 2).split(' ');
    const command = stat.slice(stat.indexOf('(') + 1, end);
    return { command, parent: Number(fields[1]), startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
