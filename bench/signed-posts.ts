// A yardstick for the machine: CPU time of a signed POST through undici and of nothing else, in a process of its own.
// node bench/signed-posts.ts <URL of a receiver> prints milliseconds per POST.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';

const WARM = 3_000;
const COUNT = 10_000;
const WIDTH = 20;
const SECRET = 'a secret of a receiver';
const BODY = JSON.stringify({ type: 'dossier.approved', notes: 'x'.repeat(1_000) });

const url = process.argv[2] ?? '';
const agent = new Agent({ connections: WIDTH, pipelining: 1 });

async function post(id: number): Promise<void> {
  const time = String(Date.now());
  const signature = createHmac('sha256', SECRET).update(`${id}.${time}.${BODY}`).digest('base64');
  const answer = await request(url, {
    method: 'POST',
    dispatcher: agent,
    headers: {
      'content-type': 'application/json',
      'webhook-id': String(id),
      'webhook-timestamp': time,
      'webhook-signature': `v1,${signature}`,
    },
    body: BODY,
  });
  await answer.body.dump();
}

async function postAll(count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await post(next++);
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
}

await postAll(WARM);
const before = process.cpuUsage();
await postAll(COUNT);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1_000 / COUNT);
await agent.close();
