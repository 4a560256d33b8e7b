// `contractOptions` by contract: the document says only that they are an object, as they differ.
import type { components } from './schema.ts';

export interface ContractOptions {
  /** The kind of secret that the service makes: `v1` is HMAC, `v1a` ed25519. */
  'standard-webhooks': { signature?: 'v1' | 'v1a' | undefined };
  bynn: {
    issuer?: string | undefined;
    webhookToken?: 'endpoint' | 'delivery' | undefined;
    jwtReference?: 'exclude' | 'include' | undefined;
    /** Most JWKS clients need it: whether the JWT's header names its key. */
    kid?: boolean | undefined;
  };
  'kyc-hmac': { signedContent?: 'body' | 'timestamp.body' | undefined };
  bronid: {
    whitespace?: 'compact' | 'keep' | undefined;
    bodySignature?: boolean | undefined;
  };
  idnow: { headerName?: string | undefined; prefix?: string | undefined };
  slack: MessageOptions;
  teams: MessageOptions;
  discord: MessageOptions;
}

/** Of a chat. A template may hold `{{path}}`: `id`, `type`, `subject`, `time`, `tenant`, or `data.<name>...`. */
export interface MessageOptions {
  /** A template in place of the event type in words. */
  title?: string | undefined;
  /** A template in place of type and subject; each line is a paragraph. */
  message?: string | undefined;
  /** Up to 8 paths whose values are shown with their names. */
  fields?: string[] | undefined;
}

type OptionsOf<Contract extends keyof ContractOptions> = {
  contract: Contract;
  contractOptions?: ContractOptions[Contract];
};
type Chosen =
  | { contract?: never; contractOptions?: ContractOptions['standard-webhooks'] }
  | { [Contract in keyof ContractOptions]: OptionsOf<Contract> }[keyof ContractOptions];

type Given = components['schemas']['EndpointInput'];
export type EndpointInput = Omit<Given, 'contract' | 'contractOptions'> & Chosen;

/** A contract does not change, so the options may be those of any. */
export type EndpointChanges = Omit<components['schemas']['EndpointChanges'], 'contractOptions'> & {
  contractOptions?: ContractOptions[keyof ContractOptions] | null;
};
