// Contracts whose receivers are people, who read a message and verify nothing. Of a chat the endpoint's URL is its
// incoming webhook, and whoever knows it may post: it is kept as a secret.
import type { Contract } from './contract.ts';
import { discordMessage } from './messages/discord.ts';
import { emailMessage } from './messages/email.ts';
import type { Renderer } from './messages/message.ts';
import { type MessageOptions, messageOfEvent, messageOptionsSchema } from './messages/of-event.ts';
import { slackMessage } from './messages/slack.ts';
import { teamsMessage } from './messages/teams.ts';

function toPeople(
  name: string,
  render: Renderer,
  receiver: Pick<Contract, 'incomingWebhook' | 'byMail'>,
): Contract<MessageOptions> {
  return {
    name,
    optionsSchema: messageOptionsSchema,
    defaultRetryPolicy: 'forty-days',
    ...receiver,
    algorithms: () => [],
    headerNames: () => [],
    shape(facts, options) {
      const body = JSON.stringify(render(messageOfEvent(facts, options)));
      return { kind: 'shaped', body: Buffer.from(body, 'utf8') };
    },
    identify: () => [],
    sign: () => [],
    describe: () => [],
  };
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks; the second host is GovSlack's. */
export const slack = toPeople('slack', slackMessage, {
  incomingWebhook: {
    form: 'https://hooks.slack.com/services/T.../B.../...',
    matches: ({ hostname, pathname }) =>
      ['hooks.slack.com', 'hooks.slack-gov.com'].includes(hostname) &&
      /^\/services\/[A-Za-z0-9]{1,32}\/[A-Za-z0-9]{1,32}\/[A-Za-z0-9]{1,64}$/.test(pathname),
  },
});

/**
 * The address of a workflow that begins with "When a Teams webhook request is received". Its host changed in 2025:
 * https://learn.microsoft.com/en-us/troubleshoot/power-platform/power-automate/flow-run-issues/triggers-troubleshoot
 */
export const teams = toPeople('teams', teamsMessage, {
  incomingWebhook: {
    form: 'https://....environment.api.powerplatform.com/powerautomate/automations/direct/workflows/.../triggers/manual/paths/invoke?...&sig=...',
    matches: ({ hostname, pathname, searchParams }) =>
      /^([a-z0-9-]+\.){1,4}(environment\.api\.powerplatform\.(com|us)|logic\.azure\.(com|us))$/.test(
        hostname,
      ) &&
      /^(\/powerautomate\/automations\/direct)?\/workflows\/[A-Za-z0-9-]{1,64}\/triggers\/[A-Za-z0-9_-]{1,64}\/paths\/invoke\/?$/.test(
        pathname,
      ) &&
      searchParams.has('sig'),
  },
});

/** https://docs.discord.com/developers/resources/webhook#execute-webhook */
export const discord = toPeople('discord', discordMessage, {
  incomingWebhook: {
    form: 'https://discord.com/api/webhooks/.../...',
    matches: ({ hostname, pathname }) =>
      /^((ptb|canary)\.)?discord(app)?\.com$/.test(hostname) &&
      /^\/api(\/v\d{1,2})?\/webhooks\/\d{1,20}\/[\w-]{1,128}$/.test(pathname),
  },
});

/** A mail to each of its recipients, by the sender of the kind `email`. The key tells one delivery's mails from another's. */
export const email: Contract<MessageOptions> = {
  ...toPeople('email', emailMessage, { byMail: true }),
  headerNames: () => ['idempotency-key'],
  identify: ({ idempotencyKey }) => [['Idempotency-Key', idempotencyKey]],
};
