// JSON Schemas, with the library that matches their patterns: a stack without schemas does not start slower.
export { faultsOfSchema } from '../../core/json/schema.ts';
export { createSchemaCheck } from '../../core/json/schema-check.ts';
