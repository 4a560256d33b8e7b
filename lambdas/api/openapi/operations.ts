// Every operation of the API.
import type { Operation } from '../../http/operation.ts';
import { createKeyOperation, listKeys, revokeKey } from '../keys.ts';
import { pollEvents } from '../polling.ts';
import { getLatest } from '../subjects.ts';
import { getTenant, listTenants, putTenant } from '../tenants.ts';

export const OPERATIONS: readonly Operation[] = [
  putTenant,
  getTenant,
  listTenants,
  createKeyOperation,
  listKeys,
  revokeKey,
  pollEvents,
  getLatest,
];
