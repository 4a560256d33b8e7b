// Parameters that many operations have, each as one component: generators make one type of it, and not one for each
// operation. Names are of no schema: some generators keep all components in one namespace.
interface Parameter {
  readonly name: string;
  readonly example?: unknown;
}
type Methods = Readonly<Record<string, object & { readonly parameters?: readonly Parameter[] }>>;

/** So many operations share it at least. */
const SHARED_BY = 3;
const ID_NAMES: Readonly<Record<string, string>> = {
  dlv: 'DeliveryId',
  ep: 'EndpointId',
  evt: 'EventId',
  key: 'KeyId',
  rpl: 'ReplayId',
  tpl: 'TemplateId',
};

/** @throws if two different parameters that are shared would have one name */
export function withSharedParameters(paths: Readonly<Record<string, Methods>>) {
  const texts = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ parameters = [] }) => parameters.map((one) => JSON.stringify(one)));
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);

  const parameters: Record<string, Parameter> = {};
  const references = new Map<string, object>();
  for (const [text, count] of counts) {
    if (count < SHARED_BY) continue;
    const parameter: Parameter = JSON.parse(text);
    const name = nameOf(parameter);
    if (name in parameters) throw new Error(`two shared parameters are named ${name}`);
    parameters[name] = parameter;
    references.set(text, { $ref: `#/components/parameters/${name}` });
  }
  const referring = (operation: Methods[string]) =>
    operation.parameters === undefined
      ? operation
      : {
          ...operation,
          parameters: operation.parameters.map((one) => references.get(JSON.stringify(one)) ?? one),
        };
  const mapped = <T, R>(object: Readonly<Record<string, T>>, by: (value: T) => R) =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, by(value)]));
  return { paths: mapped(paths, (methods) => mapped(methods, referring)), parameters };
}

function nameOf({ name, example }: Parameter): string {
  const kind = name === 'id' ? ID_NAMES[String(example).split('_')[0] ?? ''] : undefined;
  if (kind !== undefined) return kind;
  // A schema has the name.
  if (name === 'endpoint') return 'OfEndpoint';
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
