// The synthesized CloudFormation template with its intrinsic functions resolved: what every other
// module here asks for its resources.
import { ACCOUNT_ID, PARTITION, REGION, URL_SUFFIX } from '../aws-names.ts';
import { isObject, type Json, type JsonObject, listOf, textOf } from '../json.ts';
import { attributeOf, type PhysicalPlace, referenceTo } from './physical-ids.ts';

interface TemplateResource {
  Type: string;
  Properties?: JsonObject;
}

export interface Template {
  Resources: Record<string, TemplateResource>;
  Parameters?: Record<string, { Default?: Json }>;
}

interface StackResource {
  logicalId: string;
  properties: JsonObject;
}

export class Stack {
  readonly name: string;
  readonly #template: Template;
  readonly #place: PhysicalPlace;

  constructor(name: string, template: Template, place: PhysicalPlace) {
    this.name = name;
    this.#template = template;
    this.#place = place;
  }

  /** All resources of the given types, their properties resolved. */
  resources(...types: string[]): StackResource[] {
    return Object.entries(this.#template.Resources)
      .filter(([, resource]) => types.includes(resource.Type))
      .map(([logicalId, resource]) => ({
        logicalId,
        properties: this.#resolveObject(resource.Properties ?? {}),
      }));
  }

  reference(logicalId: string): string {
    return textOf(this.#reference(logicalId));
  }

  attribute(logicalId: string, attribute: string): string {
    return attributeOf(this.#physical(logicalId), attribute, this.#place);
  }

  resolve(value: Json): Json {
    if (Array.isArray(value))
      return value.filter((item) => !isNoValue(item)).map((item) => this.resolve(item));
    if (!isObject(value)) return value;
    const keys = Object.keys(value);
    const [key] = keys;
    if (keys.length === 1 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))) {
      return this.#intrinsic(key, value[key] ?? null);
    }
    return this.#resolveObject(value);
  }

  #resolveObject(value: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => !isNoValue(item))
        .map(([name, item]) => [name, this.resolve(item)]),
    );
  }

  #intrinsic(name: string, argument: Json): Json {
    switch (name) {
      case 'Ref':
        return this.#reference(textOf(argument));
      case 'Fn::GetAtt': {
        const path =
          typeof argument === 'string' ? argument.split('.') : listOf(argument).map(textOf);
        return this.attribute(path[0] ?? '', path.slice(1).join('.'));
      }
      case 'Fn::Join': {
        const [separator, parts] = listOf(argument);
        return listOf(this.resolve(parts ?? [])).join(textOf(separator));
      }
      case 'Fn::Split': {
        const [separator, text] = listOf(argument);
        return textOf(this.resolve(text ?? '')).split(textOf(separator));
      }
      case 'Fn::Select': {
        const [index, list] = listOf(argument);
        return listOf(this.resolve(list ?? []))[Number(index)] ?? '';
      }
      case 'Fn::Sub':
        return this.#substitute(argument);
      default:
        throw new Error(`the embedded runtime does not know the template function ${name}`);
    }
  }

  #substitute(argument: Json): string {
    const [text, given] = listOf(argument);
    const values = isObject(given) ? given : {};
    return textOf(text).replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      if (name.startsWith('!')) return whole.replace('!', '');
      const value = values[name];
      if (value !== undefined) return String(this.resolve(value));
      return name.includes('.')
        ? String(this.#intrinsic('Fn::GetAtt', name))
        : String(this.#reference(name));
    });
  }

  #reference(name: string): Json {
    const pseudo = PSEUDO_PARAMETERS[name];
    if (pseudo !== undefined) return pseudo;
    if (name === 'AWS::StackName') return this.name;
    if (name === 'AWS::StackId') return `${this.name}-id`;
    const parameter = this.#template.Parameters?.[name];
    if (parameter !== undefined) return parameter.Default ?? '';
    return referenceTo(this.#physical(name), this.#place);
  }

  #physical(logicalId: string) {
    const resource = this.#template.Resources[logicalId];
    if (resource === undefined) throw new Error(`the template has no resource ${logicalId}`);
    const given = (property: string) => textOf(this.resolve(resource.Properties?.[property] ?? ''));
    return { stackName: this.name, logicalId, type: resource.Type, given };
  }
}

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT_ID,
  'AWS::Partition': PARTITION,
  'AWS::URLSuffix': URL_SUFFIX,
};

function isNoValue(value: Json): boolean {
  return isObject(value) && value.Ref === 'AWS::NoValue';
}
