// Redocly's recommended rules over an OpenAPI document; warnings count as much as errors.
import { createConfig, lintFromString } from '@redocly/openapi-core';

/** Every finding as a line of text. @param source the document as JSON */
export async function lintOpenApi(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const findings = await lintFromString({ source, absoluteRef: 'docs/openapi.json', config });
  return findings.map(
    ({ severity, ruleId, message, location }) =>
      `${severity} ${ruleId} at ${location[0]?.pointer ?? ''}: ${message}`,
  );
}
