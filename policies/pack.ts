/** The rules of stack/policies.ts as a policy pack (CrossGuard): `pulumi up --policy-pack policies`. */
import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import type { StackFacts } from "../stack/facts";
import { rules } from "../stack/policies";

/** The components that carry a stack's facts. */
const server = /^pgstead:server:/;

const policies = rules.map(
  ({ name, description, findings }): ResourceValidationPolicy => ({
    name,
    description,
    enforcementLevel: "mandatory",
    validateResource: ({ type, props }, reportViolation) => {
      if (server.test(type)) for (const finding of findings(props as StackFacts)) reportViolation(finding);
    },
  }),
);

new PolicyPack("pgstead", { policies });
