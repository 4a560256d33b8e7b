// Secrets Manager by the SDK's client: loaded when a direct call failed, see aws/direct-calls.ts.
import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import type { SecretsManager, SecretsOperations } from '../aws/secrets-calls.ts';
import { callsBySdk } from './sdk-calls.ts';

export function createSecretsBySdk(config: SecretsManagerClientConfig): SecretsManager {
  return callsBySdk<SecretsOperations>(new SecretsManagerClient(config), {
    GetSecretValue: GetSecretValueCommand,
  });
}
