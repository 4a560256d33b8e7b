// Posts one event for each order. The key is read once for each instance of the function.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const { POSTHORN_KEY_SECRET, POSTHORN_URL } = process.env;
const secrets = new SecretsManagerClient();
const { SecretString: key } = await secrets.send(
  new GetSecretValueCommand({ SecretId: POSTHORN_KEY_SECRET }),
);

/** @param {{ tenant: string, order: { id: string } }} input */
export async function handler({ tenant, order }) {
  const answer = await fetch(`${POSTHORN_URL}v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'posthorn-tenant': tenant,
      'posthorn-environment': 'live',
      'content-type': 'application/json',
      // The function may be run twice for one order: the event is accepted once.
      'idempotency-key': order.id,
    },
    body: JSON.stringify({ type: 'order.placed', data: order }),
  });
  if (answer.status !== 202) throw new Error(`Posthorn answered ${answer.status}`);
  return await answer.json();
}
