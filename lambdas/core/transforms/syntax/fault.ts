/** Why a source is refused, and where, in characters from its beginning. */
export class SyntaxFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'SyntaxFault';
    this.at = at;
  }
}

export const notTaken = (what: string, at: number): SyntaxFault =>
  new SyntaxFault(`must not have ${what}`, at);
