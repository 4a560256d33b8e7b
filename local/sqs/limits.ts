// Limits of SQS that fauxqs does not hold: what AWS would refuse must not work here either.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
import { isObject, type JsonObject, listOf, textOf } from '../json.ts';

const MAX_DELAY_SECONDS = 900;
const MAX_BATCH_BYTES = 1_048_576;
const GROUP_ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

interface SqsFault {
  code: string;
  message: string;
}

export function lawfulSend(operation: string, body: JsonObject): SqsFault | undefined {
  if (operation === 'SendMessage') return messageFault(body);
  if (operation !== 'SendMessageBatch') return undefined;
  const entries = listOf(body.Entries).filter(isObject);
  const bytes = payloadBytes(body);
  if (bytes > MAX_BATCH_BYTES) {
    const message = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`;
    return { code: 'BatchRequestTooLong', message };
  }
  return entries.map(messageFault).find((fault) => fault !== undefined);
}

/** The bodies of all messages that a request sends. */
export function payloadBytes(body: JsonObject): number {
  return messagesOf(body).reduce((sum, one) => sum + Buffer.byteLength(textOf(one.MessageBody)), 0);
}

/** Whether a message that the request sends has a group. */
export function carriesGroup(body: JsonObject): boolean {
  return messagesOf(body).some((one) => one.MessageGroupId !== undefined);
}

function messagesOf(body: JsonObject): JsonObject[] {
  return [body, ...listOf(body.Entries).filter(isObject)];
}

function messageFault(message: JsonObject): SqsFault | undefined {
  const delay = message.DelaySeconds ?? 0;
  if (typeof delay !== 'number' || delay < 0 || delay > MAX_DELAY_SECONDS) {
    return invalid(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`,
    );
  }
  const group = message.MessageGroupId;
  if (group !== undefined && !GROUP_ID.test(textOf(group))) {
    return invalid(
      `Value ${textOf(group)} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
  return undefined;
}

function invalid(message: string): SqsFault {
  return { code: 'InvalidParameterValue', message };
}
