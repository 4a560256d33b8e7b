// Secrets Manager's GetSecretValue and PutSecretValue (JSON 1.1).
import { secretCall } from '../gate/aws-calls.ts';
import type { ControlService } from '../gate/control-endpoint.ts';
import { ServiceFault } from '../gate/service-fault.ts';
import { textOf } from '../json.ts';
import type { SecretStore } from './store.ts';

export function secretsService(secrets: SecretStore): ControlService {
  return ({ headers, body, authorize }) => {
    const [service, operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
    if (service !== 'secretsmanager') return undefined;
    const secretId = textOf(body.SecretId);
    const arn = secrets.arnOf(secretId);
    authorize(secretCall(operation, arn ?? secretId));
    if (operation !== 'GetSecretValue' && operation !== 'PutSecretValue') {
      throw new ServiceFault(400, 'InvalidRequestException', `${operation} is not available here.`);
    }
    const value = arn === undefined ? undefined : secrets.value(arn);
    if (arn === undefined || value === undefined) {
      const message = "Secrets Manager can't find the specified secret.";
      throw new ServiceFault(400, 'ResourceNotFoundException', message);
    }
    if (operation === 'PutSecretValue') secrets.put(arn, textOf(body.SecretString));
    const name = arn.replace(/^.*:secret:/, '').replace(/-[^-]*$/, '');
    return {
      statusCode: 200,
      body: {
        ARN: arn,
        Name: name,
        VersionStages: ['AWSCURRENT'],
        ...(operation === 'GetSecretValue' && {
          SecretString: value,
          CreatedDate: secrets.changedAtMs(arn) / 1000,
        }),
      },
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    };
  };
}
