// Checks data against JSON Schemas that the operator stored: interpreted, so that no code is made of them.
import { type Schema, Validator } from '@cfworker/json-schema';
import { type Fault, pointer } from '../problem.ts';
import { type JsonSchema, withoutAnnotations } from './schema.ts';

/** More faults than this help nobody. */
const MAX_FAULTS = 50;

/** Returns the faults of a value, with JSON Pointers into it. */
export type SchemaCheck = (value: unknown) => Fault[];

/** @param schema without faults: see schema.ts */
export function createSchemaCheck(schema: JsonSchema): SchemaCheck {
  if (schema === true) return () => [];
  if (schema === false) return () => [{ path: '', message: 'is refused' }];
  // The validator looks for references in annotations too, and notes in a schema where they lead.
  const copy: Schema = Object(withoutAnnotations(schema));
  const validator = new Validator(copy, '2020-12', false);
  return (value) => {
    const { errors } = validator.validate(value);
    // The schemas around a fault report it too: the innermost report is the most specific.
    const causes = errors.filter((unit, index) => {
      const within = `${unit.keywordLocation}/`;
      const inner = errors.slice(index + 1);
      return (
        inner[0]?.keyword !== 'false' &&
        !inner.some(({ keywordLocation }) => keywordLocation.startsWith(within))
      );
    });
    const faults = causes.map((unit) => faultOf(unit.instanceLocation, unit.keyword, unit.error));
    return [
      ...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values(),
    ].slice(0, MAX_FAULTS);
  };
}

function faultOf(location: string, keyword: string, error: string): Fault {
  const path = decodeURIComponentOr(location.replace(/^#/, ''));
  if (keyword === 'required') {
    const name = /required property "(.*)"\.$/s.exec(error)?.[1] ?? '';
    return { path: path + pointer([name]), message: 'is missing' };
  }
  if (keyword === 'false') return { path, message: 'is not a known field' };
  const message = error.replace(/\.$/, '').replace(/^Instance /, '');
  return { path, message: message.replace(/^./, (first) => first.toLowerCase()) };
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
