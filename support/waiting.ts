/** A promise that is settled from elsewhere. */
export class Waiting<T> {
  resolve: (value: T) => void = () => {};
  reject: (error: Error) => void = () => {};
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    // Whoever waits for it sees the failure.
    this.promise.catch(() => {});
  }
}
