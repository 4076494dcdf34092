/** Parts of a dynamic resource's life that are the same wherever nothing has to be looked at. Providers hand them on under their own names. */

/** Takes the inputs as they are. */
export async function check<Inputs>(_olds: unknown, news: Inputs) {
  return { inputs: news };
}

/** Believes the record. */
export async function read<Outputs>(id: string, props: Outputs) {
  return { id, props };
}

/** A deletion that leaves everything: it goes with something else, or is not ours. */
export async function keep() {}

/** Whether any input is another than the record's. Pulumi's own begin with two underscores. */
export function differs(olds: object, news: object): boolean {
  const former = new Map(Object.entries(olds));
  return Object.entries(news).some(
    ([name, value]) => !name.startsWith("__") && JSON.stringify(value) !== JSON.stringify(former.get(name)),
  );
}
