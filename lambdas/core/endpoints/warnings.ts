// What an endpoint can be made with and receivers will stumble over: told with it, and refused nowhere.
import { CONTRACTS } from '../contracts/all.ts';
import type { Fault } from '../problem.ts';
import type { Endpoint } from './endpoint.ts';
import { TEXT_SCHEMES } from './settings/together.ts';

type Judged = Pick<
  Endpoint,
  'contract' | 'contractOptions' | 'signatures' | 'ownSignature' | 'transform'
>;

/** Each by the path of the setting that would end it, as in a request. */
export function warningsOf({
  contract,
  contractOptions,
  signatures = [],
  ownSignature,
  transform,
}: Judged): Fault[] {
  const warnings: Fault[] = [];
  if (
    contract === 'bynn' &&
    ownSignature !== false &&
    !CONTRACTS.bynn.optionsSchema.parse(contractOptions).kid
  ) {
    const message =
      'is false, as the vendor has it: libraries that look up the key of a JWT in a JWKS need true';
    warnings.push({ path: '/contractOptions/kid', message });
  }
  const schemes: string[] = [contract, ...signatures.map(({ scheme }) => scheme)];
  const asText = schemes.find((scheme) => TEXT_SCHEMES.has(scheme));
  if (asText !== undefined && schemes.includes('standard-webhooks')) {
    const message = `is one key for two schemes: of a whsec_ secret, ${asText} is verified with the decoded bytes, and of a secret in text, standard-webhooks with whsec_ and its base64`;
    warnings.push({ path: '/signatures', message });
  }
  if (transform?.inexact) warnings.push(inexactWarning('/transform', transform.inexact));
  return warnings;
}

/** Numbers that a transformation would write with other digits. */
export function inexactWarning(path: string, places: readonly string[]): Fault {
  const message = `would write numbers with other digits, as in the sample at ${places.join(', ')}: send them as strings`;
  return { path, message };
}
