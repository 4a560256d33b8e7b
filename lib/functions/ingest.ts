// Accepts events over HTTP.
import type { Construct } from 'constructs';
import { FUNCTION_TIMEOUT } from '../http-front.ts';
import { NodeFunction } from '../node-function/node-function.ts';
import { inEveryFunction, type Service } from './service.ts';

export class Ingest extends NodeFunction {
  constructor(scope: Construct, id: string, service: Service) {
    const { configuration, keys, queues, storage } = service;
    super(scope, id, {
      ...inEveryFunction(service),
      folder: 'ingest',
      memoryMb: configuration.memoryMb.ingest,
      timeout: FUNCTION_TIMEOUT,
    });
    storage.grantRegistry(this, 'GetItem');
    // When a key was used last.
    storage.grantRegistryUpdates(this, '#keys', 'used');
    storage.grantLedger(this, 'GetItem', 'PutItem');
    this.sendTo(queues.Events);
    keys.grantRead(this, 'operator');
    if (configuration.sealEventData) keys.grantRead(this, 'sealing');
  }
}
