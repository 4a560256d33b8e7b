// The parameters of an operation in the OpenAPI document, the shared ones too.
export interface DocumentedParameter {
  readonly name: string;
  readonly in: string;
  readonly schema: object;
}

export function parametersIn(document: object, operation: unknown): DocumentedParameter[] {
  const { components = {} } = Object(document);
  const { parameters = [] } = Object(operation);
  return parameters.map((one: DocumentedParameter | { readonly $ref: string }) =>
    '$ref' in one ? components.parameters[one.$ref.split('/').at(-1) ?? ''] : one,
  );
}
