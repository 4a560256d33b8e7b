// @posthorn/client: what the package gives.
export * from './errors.ts';
export { JsonText } from './json-text.ts';
export { Listing, type Page } from './listing.ts';
export type { Looking } from './looking.ts';
export type * from './models.ts';
export { Posthorn } from './posthorn.ts';
export type { TailOptions } from './resources/deliveries.ts';
export type { FeedEvent, FeedOptions, FeedPage } from './resources/endpoints.ts';
export type { BatchResult } from './resources/events.ts';
export type { RetryPolicy } from './retries.ts';
export type { components, operations, paths } from './schema.ts';
export { type Api, type Call, etagOf, type PosthornOptions, sourceOf } from './transport.ts';
export * from './verify/verify.ts';
