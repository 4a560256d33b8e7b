// Events in the form of SES's documentation:
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
import { describe, expect, it } from 'vitest';
import { readFeedback } from '../../../../lambdas/core/destinations/email/feedback.ts';

const mail = {
  timestamp: '2026-01-01T00:00:00.000Z',
  messageId: '0100018d',
  destination: ['zoe@example.com'],
  tags: {
    'ses:configuration-set': ['Posthorn'],
    'ses:source-ip': ['192.0.2.0'],
    tenant: ['acme'],
    environment: ['live'],
    endpoint: ['ep_1'],
  },
};
const bounce = (bounceType: string) => ({
  eventType: 'Bounce',
  mail,
  bounce: {
    bounceType,
    bounceSubType: 'General',
    bouncedRecipients: [{ emailAddress: 'zoe@example.com', action: 'failed', status: '5.1.1' }],
    timestamp: '2026-01-01T00:00:01.000Z',
    feedbackId: '0100018e',
    reportingMTA: 'dsn; mta.example.com',
  },
});
const complaint = {
  eventType: 'Complaint',
  mail,
  complaint: {
    complainedRecipients: [{ emailAddress: 'zoe@example.com' }],
    timestamp: '2026-01-01T00:00:01.000Z',
    complaintFeedbackType: 'abuse',
  },
};
const place = { tenant: 'acme', environment: 'live', endpointId: 'ep_1' };

describe('what SES tells', () => {
  it('ends an address that bounces for good, or whose owner complains', () => {
    const addresses = ['zoe@example.com'];
    expect(readFeedback(JSON.stringify(bounce('Permanent')))).toEqual({
      ...place,
      addresses,
      state: 'bounced',
    });
    expect(readFeedback(JSON.stringify(complaint))).toEqual({
      ...place,
      addresses,
      state: 'complained',
    });
  });

  it('goes by whom the mail was sent to, and not by whom it was forwarded to', () => {
    const forwarded = { ...bounce('Permanent') };
    forwarded.bounce.bouncedRecipients = [
      { emailAddress: 'other@example.org', action: 'failed', status: '5.1.1' },
    ];
    expect(readFeedback(JSON.stringify(forwarded))?.addresses).toEqual(['zoe@example.com']);
  });

  it('is nothing where SES tries a new topic, or somebody says that it was no spam', () => {
    const greeting = 'Successfully validated SNS topic for Amazon SES event publishing.';
    expect(readFeedback(greeting)).toBeUndefined();
    const kind = { ...complaint.complaint, complaintFeedbackType: 'not-spam' };
    expect(readFeedback(JSON.stringify({ ...complaint, complaint: kind }))).toBeUndefined();
  });

  it.each(['Transient', 'Undetermined'])('ends nobody by a bounce that is %s', (type) => {
    expect(readFeedback(JSON.stringify(bounce(type)))).toBeUndefined();
  });

  it.each([
    'x',
    '{}',
    JSON.stringify({ ...complaint, mail: { ...mail, tags: {} } }),
    JSON.stringify({ ...complaint, mail: { ...mail, tags: { ...mail.tags, tenant: [] } } }),
    JSON.stringify({ ...complaint, mail: { ...mail, tags: { ...mail.tags, environment: ['x'] } } }),
  ])('is not read from %s', (body) => expect(() => readFeedback(body)).toThrow());
});
