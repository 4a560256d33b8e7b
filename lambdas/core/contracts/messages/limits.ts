// What each service takes of a message, as its documentation said on READ_ON. Lengths are characters unless said;
// what is not theirs is marked as ours.

export const READ_ON = '2026-12-01';

export const LIMITS = {
  /**
   * https://docs.slack.dev/reference/block-kit/blocks/header-block
   * https://docs.slack.dev/reference/block-kit/blocks/section-block
   * https://docs.slack.dev/reference/block-kit/blocks (blocks of a message)
   */
  slack: {
    header: 150,
    text: 3_000,
    fieldsOfSection: 10,
    field: 2_000,
    blocks: 50,
  },
  /**
   * https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
   * https://learn.microsoft.com/en-us/connectors/teams (both: a message is at most about 28 KB)
   */
  teams: {
    bytes: 28 * 1_024,
    /** Ours, of the texts as JSON: what is around them takes the rest. */
    textBytes: 16 * 1_024,
    /** Ours. */
    title: 256,
    /** Ours. */
    text: 2_000,
  },
  /** https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
  discord: {
    title: 256,
    description: 4_096,
    fields: 25,
    fieldName: 256,
    fieldValue: 1_024,
    /** Of all texts of a message's embeds. */
    total: 6_000,
  },
  /** Ours: SES takes up to 40 MB. */
  email: {
    subject: 150,
    text: 3_000,
    field: 2_000,
  },
} as const;

/** Ours, for every service: what more a message holds is left out. */
export const MAX_SENTENCES = 10;
export const MAX_FIELDS = 20;
