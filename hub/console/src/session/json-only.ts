/**
 * Stands in for the SDK's MessagePack codec in the console's build. Browsers read JSON faster, so the console never
 * asks for the other encoding, and a wall need not load it.
 */
function unused(): never {
  throw new Error("the console speaks JSON");
}

export { unused as decode, unused as encode };
