// Mails that would have been sent: a file each in the data folder, the newest few.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const KEPT = 200;
const NAME = /^\d{13}-\d{6}\.json$/;

const mailSchema = z.object({
  at: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  headers: z.record(z.string(), z.string()),
});
export type WrittenMail = z.infer<typeof mailSchema>;

export class Outbox {
  readonly #folder: string;
  #count = 0;

  /** @param folder for nothing else */
  constructor(folder: string) {
    this.#folder = folder;
  }

  write(mail: WrittenMail): void {
    this.#count += 1;
    const order = String(this.#count % 1_000_000).padStart(6, '0');
    const name = `${String(Date.parse(mail.at)).padStart(13, '0')}-${order}.json`;
    writeFileSync(join(this.#folder, name), `${JSON.stringify(mail, null, 2)}\n`, { mode: 0o600 });
    for (const old of this.#names().slice(KEPT)) rmSync(join(this.#folder, old), { force: true });
  }

  /** Newest first. */
  list(): WrittenMail[] {
    return this.#names().map((name) =>
      mailSchema.parse(JSON.parse(readFileSync(join(this.#folder, name), 'utf8'))),
    );
  }

  #names(): string[] {
    return readdirSync(this.#folder)
      .filter((name) => NAME.test(name))
      .sort()
      .reverse();
  }
}
