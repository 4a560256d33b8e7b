// What we ask of Secrets Manager, with input and output as the SDK has them.
import type {
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import type { Calls, Operation } from './direct-calls.ts';

export interface SecretsOperations {
  GetSecretValue: Operation<GetSecretValueCommandInput, GetSecretValueCommandOutput>;
}

export type SecretsManager = Calls<SecretsOperations>;
