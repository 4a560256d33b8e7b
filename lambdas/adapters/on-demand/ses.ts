// Amazon SES by the SDK's client: loaded with the first mail, which most stacks never send.
import {
  SESv2Client,
  type SESv2ClientConfig,
  SendEmailCommand,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';

/** @returns the id of the message. It rejects with the SDK's errors: they have a name and a status. */
export type SendEmail = (input: SendEmailCommandInput, signal: AbortSignal) => Promise<string>;

export function createSendEmail(config: SESv2ClientConfig): SendEmail {
  const client = new SESv2Client(config);
  return async (input, abortSignal) => {
    const { MessageId = '' } = await client.send(new SendEmailCommand(input), { abortSignal });
    return MessageId;
  };
}
