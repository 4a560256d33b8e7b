// Secrets Manager's GetSecretValue (JSON 1.1).
import { secretCall } from './aws-calls.ts';
import { ControlFault, type ControlService } from './control-endpoint.ts';
import { textOf } from './json.ts';
import type { SecretStore } from './secret-store.ts';

export function secretsService(secrets: SecretStore): ControlService {
  return ({ headers, body, authorize }) => {
    const [service, operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
    if (service !== 'secretsmanager') return undefined;
    const secretId = textOf(body.SecretId);
    const arn = secrets.arnOf(secretId);
    authorize(secretCall(operation, arn ?? secretId));
    if (operation !== 'GetSecretValue') {
      throw new ControlFault(400, 'InvalidRequestException', `${operation} is not available here.`);
    }
    const value = arn === undefined ? undefined : secrets.value(arn);
    if (arn === undefined || value === undefined) {
      const message = "Secrets Manager can't find the specified secret.";
      throw new ControlFault(400, 'ResourceNotFoundException', message);
    }
    const name = arn.replace(/^.*:secret:/, '').replace(/-[^-]*$/, '');
    return {
      statusCode: 200,
      body: { ARN: arn, Name: name, SecretString: value, VersionStages: ['AWSCURRENT'] },
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    };
  };
}
