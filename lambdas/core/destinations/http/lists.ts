// The operator's lists: what a stack opens or closes beyond the guard's own rules.
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { memoized } from '../../recent.ts';
import { IPV4_RANGES, IPV6_RANGES, type SpecialRange } from './ranges.ts';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = readonly [Address, number];

const MAX_ENTRIES = 50;
/** As JSON: all environment variables of a function share 4 KB. */
const MAX_LENGTH = 2_000;

const cidrSchema = z.string().refine(isCidr, 'must be a CIDR such as 10.1.0.0/16 or fd12::/48');

const openedCidrSchema = cidrSchema.refine(
  (text) => !isCidr(text) || rangeThatHolds(text)?.opening !== 'never',
  'may not open loopback, link-local, multicast, metadata or tunnelled addresses',
);

/** A name, which covers itself and all names below it. */
const nameSuffixSchema = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*$/,
    'must be a name in lower case such as partner.example, without a dot at its ends',
  )
  .refine((name) => !/(^|\.)\d+$/.test(name), 'must be a name, not an address');

export const operatorListsSchema = z
  .strictObject({
    /** Special-purpose addresses that may be connected to all the same. */
    allowCidrs: z.array(openedCidrSchema).max(MAX_ENTRIES).default([]),
    denyCidrs: z.array(cidrSchema).max(MAX_ENTRIES).default([]),
    /** Inner names, such as `.internal` ones, that may be endpoints. Their addresses need `allowCidrs`. */
    allowNames: z.array(nameSuffixSchema).max(MAX_ENTRIES).default([]),
    denyNames: z.array(nameSuffixSchema).max(MAX_ENTRIES).default([]),
    /** The account's own public addresses. */
    ownCidrs: z.array(cidrSchema).max(MAX_ENTRIES).default([]),
    /** The stack's own API, and other hosts of the operator's that must not be called. */
    ownHosts: z.array(nameSuffixSchema).max(MAX_ENTRIES).default([]),
    /** Whether endpoints of the environment `test` may be plain HTTP, at a port of `allowedPorts`. */
    testAllowsHttp: z.boolean().default(false),
  })
  .refine(
    (lists) => JSON.stringify(lists).length <= MAX_LENGTH,
    `must be at most ${MAX_LENGTH} characters in all`,
  );
export type OperatorLists = z.infer<typeof operatorListsSchema>;

export const NO_LISTS: OperatorLists = operatorListsSchema.parse({});

/** Host names as `URL` gives them, without a last dot. */
export function coversName(suffixes: readonly string[], name: string): boolean {
  return suffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

/** The first CIDR that holds the address. */
export function findCidr(cidrs: readonly string[], address: Address): string | undefined {
  return cidrs.find((cidr) => matches(address, parseCidr(cidr)));
}

export function findRange(address: Address): SpecialRange | undefined {
  const ranges = address instanceof ipaddr.IPv4 ? IPV4_RANGES : IPV6_RANGES;
  return ranges.find(({ cidr }) => matches(address, parseCidr(cidr)));
}

function matches(address: Address, [network, length]: Cidr): boolean {
  if (address instanceof ipaddr.IPv4) {
    return network instanceof ipaddr.IPv4 && address.match(network, length);
  }
  return network instanceof ipaddr.IPv6 && address.match(network, length);
}

/** The ranges and the lists are few and the same for the life of the process. */
const parseCidr = memoized(1_000, (text): Cidr => ipaddr.parseCIDR(text));

/** Strict spellings only: ipaddr.js takes 10.1/16 and 012.0.0.0/8 for something. */
function isCidr(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return Number(length) <= 32;
  return !address.includes('%') && ipaddr.IPv6.isValid(address) && Number(length) <= 128;
}

/** The narrowest-first range that holds the whole CIDR. */
function rangeThatHolds(text: string): SpecialRange | undefined {
  const [network, length] = ipaddr.parseCIDR(text);
  const ranges = network instanceof ipaddr.IPv4 ? IPV4_RANGES : IPV6_RANGES;
  return ranges.find(({ cidr }) => {
    const outer = parseCidr(cidr);
    return outer[1] <= length && matches(network, outer);
  });
}
