/** The endpoint's secret, and while a rotation overlaps the one before it. */
export const SECRETS = (process.env.WEBHOOK_SECRETS ?? '').split(/\s+/).filter(Boolean);
if (SECRETS.length === 0 || SECRETS.some((secret) => secret.length < 24)) {
  throw new Error('WEBHOOK_SECRETS: the endpoint’s secret is missing, or too short');
}
