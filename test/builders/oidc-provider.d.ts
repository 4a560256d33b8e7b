// The package has no types of its own: what the test uses.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }
  interface RequestContext {
    readonly oidc: {
      readonly provider: { readonly Grant: new (of: object) => Grant };
      readonly client?: { readonly clientId: string };
      readonly session?: { readonly accountId?: string };
    };
  }
  interface Configuration {
    readonly findAccount: (context: RequestContext, id: string) => object | undefined;
    readonly loadExistingGrant: (context: RequestContext) => Promise<Grant>;
    readonly [setting: string]: unknown;
  }
  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
}
