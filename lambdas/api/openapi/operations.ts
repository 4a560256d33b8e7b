// Every operation of the API.
import type { Operation } from '../../http/operation.ts';
import { createKeyOperation, getCurrentKey, getKey, listKeys, revokeKey } from '../keys.ts';
import { getTenant, listTenants, putTenant } from '../tenants.ts';

export const OPERATIONS: readonly Operation[] = [
  putTenant,
  getTenant,
  listTenants,
  createKeyOperation,
  listKeys,
  getCurrentKey,
  getKey,
  revokeKey,
];
