// The folder that holds all state of the embedded runtime, used by one process at a time.
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonObject, parseObject } from './json.ts';
import { factsOf } from './process-facts.ts';
import { StartFailure, systemCode } from './start-failure.ts';

const LOCK = 'lock';
const MAX_TAKEOVERS = 3;
const RETRY_MS = 50;
const lockedHere = new Set<string>();

class FolderInUse extends StartFailure {}

/** Takes the folder once whoever uses it has left, as when one is stopped and the next started. */
export async function takeFolder(path: string, waitMs: number): Promise<DataFolder> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    try {
      return new DataFolder(path);
    } catch (error) {
      if (!(error instanceof FolderInUse) || Date.now() >= deadline) throw error;
      await delay(RETRY_MS);
    }
  }
}

export class DataFolder {
  readonly path: string;

  /** Makes the folder when it is missing, and takes it for this process. */
  constructor(path: string) {
    this.path = resolve(path);
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      // One that was there may have been open to others.
      chmodSync(this.path, 0o700);
      accessSync(this.path, constants.W_OK | constants.X_OK);
      this.#lock();
    } catch (error) {
      if (error instanceof StartFailure) throw error;
      throw new StartFailure(
        `cannot write to the data folder ${this.path} (${systemCode(error) || error}): set POSTHORN_DATA_DIR to a writable folder`,
      );
    }
  }

  subfolder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  readSecretJson(name: string): unknown {
    try {
      return JSON.parse(readFileSync(this.file(name), 'utf8'));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw new StartFailure(`cannot read ${this.file(name)}: ${error}`);
    }
  }

  /** Whole or not at all, readable by the owner only. */
  writeSecretJson(name: string, value: unknown): void {
    const temporary = this.file(`.${name}.${process.pid}`);
    writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.file(name));
  }

  release(): void {
    lockedHere.delete(this.path);
    rmSync(this.file(LOCK), { force: true });
  }

  #lock(): void {
    const inUse = (pid: unknown) =>
      new FolderInUse(
        `the data folder ${this.path} is in use by another Posthorn (process ${pid}): stop it, or set POSTHORN_DATA_DIR to another folder`,
      );
    if (lockedHere.has(this.path)) throw inUse(process.pid);
    const me = { pid: process.pid, started: factsOf(process.pid)?.startedAt };
    for (let takeover = 0; takeover < MAX_TAKEOVERS; takeover += 1) {
      if (this.#create(LOCK, JSON.stringify(me))) {
        lockedHere.add(this.path);
        return;
      }
      const holder = this.#holder();
      if (isRunning(holder.pid, holder.started)) throw inUse(holder.pid);
      rmSync(this.file(LOCK), { force: true });
    }
    throw inUse('unknown');
  }

  #create(name: string, content: string): boolean {
    try {
      writeFileSync(this.file(name), content, { mode: 0o600, flag: 'wx' });
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  #holder(): JsonObject {
    try {
      return parseObject(readFileSync(this.file(LOCK), 'utf8'));
    } catch (error) {
      // Released between the two looks.
      if (systemCode(error) === 'ENOENT') return {};
      throw error;
    }
  }
}

function isRunning(pid: unknown, started: unknown): boolean {
  if (typeof pid !== 'number' || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') return false;
  }
  // Process ids come back, above all in containers: on Linux the start time tells them apart.
  return factsOf(pid)?.startedAt === started;
}
