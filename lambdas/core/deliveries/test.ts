// A test of an endpoint: a signed sample that is sent like a delivery without being one. The request of
// the api function to dispatch, and the answer.
import * as z from 'zod';
import { phasesSchema } from '../retries/phases.ts';
import { ENVIRONMENTS } from '../scope.ts';

/** What is sent if nothing is given. */
export const SAMPLE_TYPE = 'endpoint.test';
export const SAMPLE_DATA = '{"message":"This is a test."}';
/** An HTTP API waits for 30 s, so a test is shorter than the longest delivery. */
export const MAX_TEST_MS = 20_000;

const testRequestSchema = z.object({
  tenant: z.string(),
  environment: z.enum(ENVIRONMENTS),
  endpointId: z.string(),
  eventType: z.string().optional(),
  /** The source text of a JSON object. */
  data: z.string().optional(),
  /** Instead of a sample: what the receiver is to echo. */
  challenge: z.string().optional(),
  /** Instead of a sample: recipients that are asked whether they want mails. */
  asked: z.array(z.string()).optional(),
  /** Of the event whose request is only formed, and not sent: `data` is what a transformation made of it. */
  preview: z
    .object({
      id: z.string(),
      acceptedAtMs: z.number(),
      occurredAt: z.string().optional(),
      subject: z.string().optional(),
      channels: z.array(z.string()),
    })
    .optional(),
  /** Less than the endpoint's own timeout, where less is left. */
  limitMs: z.int().min(1).optional(),
});
export type TestRequest = z.infer<typeof testRequestSchema>;

/** The event that the dispatch function is invoked with. */
export const testInvocationSchema = z.object({ test: testRequestSchema });

/** The exchange as it is shown to the endpoint's owner. */
export const testReportSchema = z.object({
  /** As in attempts: `http_<status>` or a kind of failure. */
  outcome: z.string(),
  /** What went wrong, in words. */
  detail: z.string().nullable(),
  /** When it was sent, and how long the exchange took. */
  sentAt: z.string(),
  durationMs: z.number(),
  /** Null if nothing was sent. */
  timings: phasesSchema.nullable(),
  /** Null if the contract cannot form the sample. */
  request: z
    .object({
      method: z.string(),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
    })
    .nullable(),
  response: z
    .object({
      status: z.number(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
    })
    .nullable(),
});
export type TestReport = z.infer<typeof testReportSchema>;

/** Of a test of which nothing was sent. */
export function unsentReport(nowMs: number, outcome: string, detail: string | null): TestReport {
  const nothing = { timings: null, request: null, response: null };
  return { outcome, detail, sentAt: new Date(nowMs).toISOString(), durationMs: 0, ...nothing };
}

export interface TestDeliveries {
  /** Sends a test now and gives the whole exchange. @throws TestNotSentError */
  send(request: TestRequest): Promise<TestReport>;
}
