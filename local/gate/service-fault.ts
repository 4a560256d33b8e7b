/** A service's error as the SDK understands it: the service's endpoint says how its code and message are written. */
export class ServiceFault extends Error {
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}
