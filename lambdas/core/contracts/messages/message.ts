// A message to people in a chat: what it says, apart from how a service writes it down. Events become one, and so does
// whatever else is told over the same contracts.

export interface MessageField {
  readonly name: string;
  readonly value: string;
}

export interface MessageLink {
  /** An absolute http or https URL of ours or of the operator's, never from an event. */
  readonly url: string;
  readonly words: string;
}

/**
 * All text is plain: renderers take nothing in it for markup, a mention or a link, and cut what exceeds the service's
 * limits. Empty texts, and fields without a name or a value, are left out.
 */
export interface Message {
  readonly title: string;
  /** A paragraph each. */
  readonly sentences: readonly string[];
  readonly fields: readonly MessageField[];
  readonly link?: MessageLink | undefined;
}

/** The body that a service takes, to be written as JSON. No text makes it throw. */
export type Renderer = (message: Message) => object;
