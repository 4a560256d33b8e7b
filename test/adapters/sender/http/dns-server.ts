// A DNS server on loopback, over UDP: answers A, AAAA and CNAME from a table that tests change as they go.
import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import ipaddr from 'ipaddr.js';
import { createResolve, type Resolve } from '../../../../lambdas/adapters/sender/http/resolve.ts';

const A = 1;
const CNAME = 5;
const AAAA = 28;

/** What a name leads to: addresses, or another name; `hang` never answers. */
export type Zone = Record<string, () => readonly string[] | { cname: string } | 'hang'>;

export interface DnsServer {
  readonly resolve: Resolve;
  /** Names that were asked for, in their order: one entry for each A query. */
  readonly asked: string[];
  /** Look-ups that are under way fail. */
  readonly giveUp: () => void;
  readonly close: () => void;
}

export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const asked: string[] = [];
  socket.on('message', (query, peer) => {
    const reply = answer(zone, query, asked);
    if (reply) socket.send(reply, peer.port, peer.address);
  });
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    resolve: createResolve(resolver),
    asked,
    giveUp: () => resolver.cancel(),
    close: () => stop(socket, resolver),
  };
}

function stop(socket: Socket, resolver: Resolver): void {
  resolver.cancel();
  socket.close();
}

/** RFC 1035, section 4: one question is copied, the records follow it. */
function answer(zone: Zone, query: Buffer, asked: string[]): Buffer | undefined {
  const { name, end } = readName(query, 12);
  const type = query.readUInt16BE(end);
  if (type === A) asked.push(name);
  const records = recordsOf(zone, name, type);
  if (records === 'hang') return undefined;
  const isKnown = zone[name] !== undefined;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt16BE(0, 8);
  header.writeUInt16BE(0, 10);
  return Buffer.concat([header, query.subarray(12, end + 4), ...records]);
}

function recordsOf(zone: Zone, name: string, type: number, depth = 0): Buffer[] | 'hang' {
  const target = zone[name]?.();
  if (target === undefined || depth > 8) return [];
  if (target === 'hang') return 'hang';
  if ('cname' in target) {
    const rest = recordsOf(zone, target.cname, type, depth + 1);
    return rest === 'hang' ? rest : [record(name, CNAME, writeName(target.cname)), ...rest];
  }
  return target
    .map((text) => ipaddr.parse(text))
    .filter((address) => (address.kind() === 'ipv4' ? A : AAAA) === type)
    .map((address) => record(name, type, Buffer.from(address.toByteArray())));
}

/** Without a time to live: what is asked again is looked up again. */
function record(name: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([writeName(name), fixed, data]);
}

function writeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}
