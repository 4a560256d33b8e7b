// The Terraform file as text: Terraform itself is not installed everywhere.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../examples/terraform/main.tf', import.meta.url), 'utf8');
/** The block of a resource, without comments. */
const resource = (type: string, name: string) =>
  new RegExp(`^resource "${type}" "${name}" \\{\\n([^]*?)^\\}`, 'm')
    .exec(text)?.[1]
    ?.replace(/#.*/g, '') ?? '';

it('removes the zips of the version before only once the stack runs without them', () => {
  // What is destroyed goes before what depends on it is updated, unless it says otherwise:
  // https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
  expect(resource('aws_s3_object', 'code')).toMatch(
    /^ {2}lifecycle \{\n\s*create_before_destroy = true\n {2}\}/m,
  );
  expect(resource('aws_cloudformation_stack', 'posthorn')).toMatch(
    /^ {2}depends_on = \[aws_s3_object\.code\]$/m,
  );
});
