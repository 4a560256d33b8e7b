// An operation of the API, declared once: from this come its validation, its types, its place in the
// OpenAPI document (scripts/openapi/) and the checks that run before its handler.
import type { z } from 'zod';
import type { JsonSource } from '../core/json/source.ts';
import type { KeyScope } from '../core/keys/api-key.ts';
import type { ProblemStatus } from '../core/problem.ts';
import type { Scope } from '../core/scope.ts';
import { type Restriction, requireAdmission, requireSeen, type Sees, seesOf } from './admission.ts';
import type { Application } from './application.ts';
import {
  type AppContext,
  type Authentication,
  requireOperator,
  requireScope,
} from './authentication.ts';
import { MAX_BODY_BYTES, parseBody, parseBodyOrNothing, parseParams, parseQuery } from './body.ts';

/** Who may call it: anyone, any key, the operator, or the operator and keys with this scope of a tenant. */
type Access = 'open' | 'key' | 'operator' | KeyScope;

export interface Reply {
  readonly description: string;
  /** Left out: an answer without a body. */
  readonly schema?: z.ZodType;
  /** Unless said, `application/json`. */
  readonly contentType?: string | readonly string[];
  /** Headers worth documenting: descriptions by name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly example?: unknown;
}

export interface Operation {
  /** The operation's name for generated clients, in camelCase: a verb first. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/v1/endpoints/{id}`. */
  readonly path: string;
  /** Its tag in the OpenAPI document. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly session: Restriction;
  /** Of an operation of the operator's: the scope with which a tenant's key may call it about its own. */
  readonly ownScope?: KeyScope;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** An empty body is then read as `{}`. */
  readonly isBodyOptional?: true;
  readonly bodyExample?: unknown;
  /** The body's schema in the document, if the schema that reads the body is less specific. */
  readonly documentedBody?: z.ZodType;
  /** Unless said, 256 KiB. */
  readonly maxBodyBytes?: number;
  /** Descriptions of request headers by name, except those for keys. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By status. */
  readonly replies: Readonly<Record<number, Reply>>;
  /** Error replies that do not follow from access, parameters and body: reasons by status. */
  readonly problems?: Readonly<Partial<Record<ProblemStatus, string>>>;
}

/** Views are often read-only where a schema's type is not. */
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

interface Call<O extends Operation> {
  readonly c: AppContext;
  readonly params: Parsed<O['params']>;
  readonly query: Parsed<O['query']>;
  readonly body: Parsed<O['body']>;
  /** Where the body's source text matters; empty for an operation without a body. */
  readonly source: JsonSource;
  /** What the handler of a filtered operation asks before it shows or does anything. */
  readonly sees: Sees;
  /** The answer in the form that the operation declares for this status. */
  readonly reply: <S extends keyof O['replies'] & (200 | 201 | 202)>(
    status: S,
    body: O['replies'][S] extends { readonly schema: z.ZodType }
      ? DeepReadonly<z.input<O['replies'][S]['schema']>>
      : never,
    headers?: Record<string, string>,
  ) => Response;
}

/** What a handler gets: the scope only where the operation is a tenant's. */
type CallIn<O extends Operation> = Call<O> &
  (O['access'] extends KeyScope ? { readonly scope: Scope } : object);

/** Keeps the literal types of a declaration. */
export function operation<const O extends Operation>(declared: O): O {
  return declared;
}

interface ServeOptions<O extends Operation> {
  /** A stricter schema for the body where rules of the stack or environment come in. */
  readonly bodySchema?: (scope: Scope) => z.ZodType<Parsed<O['body']>>;
}

const NO_BODY = {
  value: undefined,
  source: { faults: [], isTooDeep: false, dataTexts: new Map() },
};

/**
 * Serves an operation. Checked in this order: key, role, scope or operator, tenant, parameters, query, body;
 * each with its own status, all faults of a step at once.
 */
export type Serve = <const O extends Operation>(
  declared: O,
  handler: (call: CallIn<O>) => Promise<Response>,
  options?: ServeOptions<O>,
) => void;

export function serveOn(
  app: Application,
  authentication: Pick<Authentication, 'authenticated' | 'scopeOf'>,
): Serve {
  return (declared, handler, options = {}) => {
    const path = declared.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const { access, ownScope }: Operation = declared;
    const answer = async (c: AppContext): Promise<Response> => {
      const sees = seesOf(c);
      let scope: Scope | undefined;
      if (access !== 'open') requireAdmission(c, declared);
      if (access === 'operator') requireOperator(c, ownScope);
      else if (access !== 'open' && access !== 'key') {
        requireScope(c, access);
        scope = await authentication.scopeOf(c);
      }
      requireSeen(c, sees);
      const params = declared.params && parseParams(c, declared.params);
      const query = declared.query && parseQuery(c, declared.query);
      const schema = scope && options.bodySchema ? options.bodySchema(scope) : declared.body;
      const read = declared.isBodyOptional ? parseBodyOrNothing : parseBody;
      const maxBytes = declared.maxBodyBytes ?? MAX_BODY_BYTES;
      const { value: body, source } = schema ? await read(c, schema, maxBytes) : NO_BODY;
      const reply = (status: 200 | 201 | 202, value: unknown, headers = {}) =>
        c.json(value as object, status, headers);
      // The checks above are what these types say; TypeScript cannot follow them through the generics.
      return handler({ c, params, query, body, source, sees, reply, scope } as never);
    };
    app.on(declared.method.toUpperCase(), path, (c) =>
      access === 'open' ? answer(c) : authentication.authenticated(c, () => answer(c)),
    );
  };
}
