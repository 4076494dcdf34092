/** Where Pulumi begins a policy pack. Its runner compiles and checks TypeScript anew at each start; this takes the types off, as the program does. */
require("../support/typescript.cjs");
require("./pack.ts");
