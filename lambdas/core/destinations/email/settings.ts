// The stack's setting for mails.
import * as z from 'zod';
import { addressSchema } from './recipients.ts';

const IDENTITY = /^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity\/[A-Za-z0-9._%+@-]{3,320}$/;

/** Without it no endpoint has recipients. */
export const emailSchema = z
  .strictObject({
    /** The verified identity that mails are sent as: a domain or an address, in the stack's region. */
    identityArn: z.string().regex(IDENTITY, 'must be the ARN of an identity of Amazon SES'),
    from: addressSchema,
    /** Shown before the address. */
    fromName: z
      .string()
      .regex(/^[\p{L}\p{N} .'&()-]{1,64}$/u, "must be up to 64 letters, digits, spaces and .'&()-")
      .optional(),
    replyTo: addressSchema.optional(),
  })
  .optional();
export type EmailSettings = NonNullable<z.infer<typeof emailSchema>>;
