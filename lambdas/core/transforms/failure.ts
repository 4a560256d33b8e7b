/** A transformation that cannot give a result for its data: an outcome of its own, and no fault of ours. */
export class TransformFailure extends Error {
  /** @param reason may be shown to a tenant: it holds nothing of the data */
  constructor(reason: string) {
    super(reason);
    this.name = 'TransformFailure';
  }
}
