// The published schema of Adaptive Cards, version 1.5.0, the newest that Teams shows:
// https://github.com/microsoft/AdaptiveCards/blob/644d933e185a8482c4dcf4c375d177aac37fd095/schemas/1.5.0/adaptive-card.json
// (MIT licence, Copyright (c) 2017 Microsoft).
import { Ajv } from 'ajv';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import published from './recorded/adaptive-card-1.5.0.json' with { type: 'json' };

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addMetaSchema(draft06);
// Draft 4's spelling of `$id`, which draft 6 has no meaning for.
const { id, ...schema } = published;
const validate = ajv.compile(schema);

/** What is wrong with a card: nothing, if the list is empty. */
export function cardFaults(card: unknown): string[] {
  return validate(card)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
