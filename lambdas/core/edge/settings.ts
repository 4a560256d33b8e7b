// What an operator sets about the edge of the HTTP API: limits, and web pages that may call it.
import * as z from 'zod';

const rate = z.number().min(0).max(100_000);
const count = z.int().min(1).max(100_000);
/**
 * An event's item names all the endpoints that get it, 30 bytes each, beside up to 256 KiB of data, and DynamoDB takes
 * 400 KB: what is larger would be a dead letter after its 202.
 */
export const MAX_ENDPOINTS = 4_000;

export const limitsSchema = z
  .strictObject({
    /** Requests a second of one tenant's key, within one instance of a function; 0 is no limit. */
    perKeyPerSecond: rate.default(0),
    /** Requests a second from one address, the operator's apart; 0 is no limit. */
    perAddressPerSecond: rate.default(0),
    /** Unknown keys a minute from one address, above which no key is looked up for it; 0 is no limit. */
    failuresPerAddressPerMinute: rate.default(120),
    /** In each of a tenant's environments, as keys are. */
    endpointsPerTenant: z.int().min(1).max(MAX_ENDPOINTS).default(1_000),
    keysPerTenant: count.default(1_000),
    /** Entries of the catalogue. */
    eventTypes: count.default(1_000),
  })
  .prefault({});

/** An origin of the web: no path, no star. */
export const ORIGIN = /^https?:\/\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$/;

const originsSchema = z
  .array(
    z.string().regex(ORIGIN, 'must be an origin such as https://console.example.com, and not *'),
  )
  .max(10)
  .default([]);

export const corsSchema = z
  .strictObject({
    /** Without entries, no web page of another origin may read answers. */
    origins: originsSchema,
  })
  .prefault({});

export const portalSchema = z
  .strictObject({
    /** The origins whose pages may show the portal in a frame; without entries, none. */
    origins: originsSchema,
    /** The page where customers see their webhooks: messages in chats link to it. Without it, they hold no link. */
    address: z
      .url({ protocol: /^https?$/ })
      .max(512)
      .optional(),
  })
  .prefault({});
