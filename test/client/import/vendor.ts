// The API of another service on loopback, which answers as it was recorded.
import { type FakeService, type Reply, startFakeService } from '../fake-service.ts';

export const VENDOR_KEY = 'key-of-the-other-service-0815';

export const notFound: Reply = { status: 404, body: { code: 'not_found', detail: 'Not found.' } };

/** @param answers by path and query, in the order in which they are asked for */
export async function startVendor(
  answers: Readonly<Record<string, unknown>>,
): Promise<FakeService> {
  const vendor = await startFakeService();
  vendor.answer = ({ method, path, query, headers }) => {
    const asked = decodeURIComponent(`${path}${query.size > 0 ? `?${query}` : ''}`);
    if (method !== 'GET') return { status: 405 };
    if (headers.authorization !== `Bearer ${VENDOR_KEY}`) return { status: 401 };
    return asked in answers ? { status: 200, body: answers[asked] } : notFound;
  };
  return vendor;
}
